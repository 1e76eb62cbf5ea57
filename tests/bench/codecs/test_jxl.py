import importlib.util
import sys

import pytest

from llcodec.bench.codecs.jxl import JxlCodec
from llcodec.data.pairs import Pixels
from llcodec.errors import InputError
from llcodec.metrics import psnr

needs_jxl = pytest.mark.skipif(
    importlib.util.find_spec("pillow_jxl") is None, reason="pillow-jxl-plugin is an extra"
)


@needs_jxl
def test_files_are_jpeg_xl(photo: Pixels) -> None:
    codec = JxlCodec()
    data = codec.encode(photo, 90)
    assert data.startswith(b"\xff\x0a")  # a bare codestream: no bytes for boxes
    assert psnr(codec.decode(data), photo) > 34


@needs_jxl
def test_more_effort_makes_other_files(photo: Pixels) -> None:
    quick, slow = JxlCodec(effort=3), JxlCodec()
    assert quick.settings().parameters["effort"] == 3
    assert quick.encode(photo, 75) != slow.encode(photo, 75)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_jxl", None)
    with pytest.raises(InputError, match=r'pip install "llcodec\[bench\]"'):
        JxlCodec()
