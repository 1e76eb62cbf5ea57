import numpy as np
import pytest

from llcodec.bench.codecs.lossless import PngCodec
from llcodec.bench.codecs.pillow import jpeg
from llcodec.data.pairs import Pixels
from llcodec.errors import QualityError, UnreadableImageError


def test_nothing_is_lost(photo: Pixels) -> None:
    codec = PngCodec()
    (quality,) = codec.qualities
    np.testing.assert_array_equal(codec.decode(codec.encode(photo, quality)), photo)


def test_other_qualities_and_bytes_are_refused(photo: Pixels) -> None:
    with pytest.raises(QualityError):
        PngCodec().encode(photo, 50)
    with pytest.raises(UnreadableImageError):
        PngCodec().decode(jpeg().encode(photo, 50))
