import importlib.util
import sys

import pytest

from llcodec.bench.codecs.heic import HeicCodec
from llcodec.data.pairs import Pixels
from llcodec.errors import InputError
from llcodec.metrics import psnr

needs_heif = pytest.mark.skipif(
    importlib.util.find_spec("pillow_heif") is None, reason="pillow-heif is an extra"
)


@needs_heif
def test_files_are_heic_by_x265(photo: Pixels) -> None:
    codec = HeicCodec()
    assert codec.encode(photo, 50)[4:12] == b"ftypheic"
    assert "x265" in codec.settings().versions["x265"]
    assert codec.settings().parameters["tune"] == "psnr"


@needs_heif
def test_whole_colour_is_kept_when_it_is_asked_for(photo: Pixels) -> None:
    pixels = photo.copy()
    pixels[::2, :, 0] = 255 - pixels[::2, :, 0]  # rows whose colour alternates
    scores = []
    for codec in (HeicCodec("4:4:4"), HeicCodec()):
        scores.append(psnr(codec.decode(codec.encode(pixels, 80)), pixels))
    assert scores[0] > scores[1] + 5


@needs_heif
def test_one_file_after_the_other_is_the_same(photo: Pixels) -> None:
    """pillow-heif writes into the options that it is given."""
    codec = HeicCodec("4:4:4")
    assert codec.encode(photo, 30) == codec.encode(photo, 30)
    assert HeicCodec().encode(photo, 30) != codec.encode(photo, 30)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(InputError, match=r'pip install "llcodec\[bench\]"'):
        HeicCodec()
