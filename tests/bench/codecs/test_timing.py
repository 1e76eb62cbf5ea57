import time

import numpy as np

from llcodec.bench.codecs.codec import CodecSettings
from llcodec.bench.codecs.pillow import jpeg
from llcodec.bench.codecs.timing import Timed, decode_timed, encode_timed, timed
from llcodec.data.pairs import Pixels


class Remembering:
    """A codec that knows how long it once took."""

    name = "remembering"
    qualities = (1.0,)

    def settings(self) -> CodecSettings:
        return jpeg().settings()

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        return jpeg().encode(pixels, quality)

    def decode(self, data: bytes) -> Pixels:
        return jpeg().decode(data)

    def encode_timed(self, pixels: Pixels, quality: float) -> Timed[bytes]:
        return Timed(self.encode(pixels, quality), 100.0)

    def decode_timed(self, data: bytes) -> Timed[Pixels]:
        return Timed(self.decode(data), 200.0)


def test_seconds_are_those_of_the_call() -> None:
    slow = timed(lambda: time.sleep(0.05))
    assert 0.05 <= slow.seconds < 5
    assert timed(lambda: 7).value == 7
    assert slow.conditions is None  # those of here and now


def test_codecs_are_timed_from_outside(photo: Pixels) -> None:
    coded = encode_timed(jpeg(), photo, 50)
    assert coded.value == jpeg().encode(photo, 50)
    assert 0 < coded.seconds < 5
    back = decode_timed(jpeg(), coded.value)
    np.testing.assert_array_equal(back.value, jpeg().decode(coded.value))
    assert 0 < back.seconds < 5


def test_codecs_that_know_better_are_believed(photo: Pixels) -> None:
    coded = encode_timed(Remembering(), photo, 50)
    assert coded.seconds == 100
    assert decode_timed(Remembering(), coded.value).seconds == 200
