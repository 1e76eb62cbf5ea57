from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from llcodec.bench.codecs.cache import CachedCodec
from llcodec.bench.codecs.codec import BenchCodec, CodecSettings
from llcodec.bench.codecs.lossless import PngCodec
from llcodec.bench.enhancers.classical import Nothing
from llcodec.bench.pipelines import Pipeline
from llcodec.bench.warming import WarmPipeline
from llcodec.data.pairs import Pixels

PICTURE = np.zeros((300, 40, 3), np.uint8)


class Noting:
    """A codec that notes at which qualities it coded, and pictures of which size."""

    name = "noting"
    qualities = (1.0, 2.0, 3.0)

    def __init__(self) -> None:
        self.coded: list[float] = []
        self.shapes: list[tuple[int, ...]] = []
        self.decoded = 0

    def settings(self) -> CodecSettings:
        return PngCodec().settings()

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        self.coded.append(quality)
        self.shapes.append(pixels.shape)
        return PngCodec().encode(pixels, 0)

    def decode(self, data: bytes) -> Pixels:
        self.decoded += 1
        return PngCodec().decode(data)


class Rungs(Noting):
    """One with a network for each quality."""

    def at(self, quality: float) -> None:
        pass


def warmed(codec: BenchCodec, *orders: Sequence[float]) -> None:
    warm = WarmPipeline(Pipeline("it", "plain", codec))
    for qualities in orders:
        warm.warm_up(PICTURE, qualities)


@pytest.mark.parametrize(
    ("codec", "coded"), [(Noting(), [1]), (Rungs(), [1, 2, 3])], ids=["one network", "many"]
)
def test_each_network_is_used_once(codec: Noting, coded: list[float]) -> None:
    warmed(codec, (1, 2), (2, 1), (3, 1), ())
    assert codec.coded == coded
    assert codec.decoded == len(coded)
    assert set(codec.shapes) == {(256, 40, 3)}


def test_what_is_kept_warms_nothing_up(tmp_path: Path) -> None:
    codec, folder = Noting(), tmp_path / "kept"
    for times in (1, 2):
        warmed(CachedCodec(codec, folder), (1,))
        assert (len(codec.coded), codec.decoded) == (times, times)
    assert not folder.exists()


def test_enhancers_are_warmed_up_too() -> None:
    class Enhancer(Nothing):
        used = 0

        def enhance(self, pixels: Pixels) -> Pixels:
            Enhancer.used += 1
            return pixels

    warm = WarmPipeline(Pipeline("it", "ebc", Noting(), Enhancer(), Enhancer()))
    for _ in range(2):
        warm.warm_up(PICTURE, (1,))
    assert Enhancer.used == 2
