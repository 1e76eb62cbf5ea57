import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llcodec._arrays import Pixels
from llcodec.bench.codecs.pillow import HeicCodec
from llcodec.bench.codecs.vvc import LARGEST, VvcCodec, with_size, without_size
from llcodec.errors import InputError, UnreadableImageError
from llcodec.metrics import psnr

needs_ffmpeg = pytest.mark.skipif(
    importlib.util.find_spec("imageio_ffmpeg") is None or sys.platform == "win32",
    reason="imageio-ffmpeg is an extra, and has no libvvenc on Windows",
)


@needs_ffmpeg
def test_streams_are_vvc_with_the_size_before_them(photo: Pixels) -> None:
    codec = VvcCodec("faster")
    data = codec.encode(photo[:33, :47].copy(), 40)
    assert data[:4] == bytes((0, 47, 0, 33))
    assert data[4:8] == b"\0\0\0\1"  # a start code of Annex B
    assert data[9] >> 3 in range(32)
    assert codec.settings().chroma == "4:2:0"


@needs_ffmpeg
def test_colour_limits_it_and_nothing_else_does(photo: Pixels) -> None:
    """At a low QP little is lost but on the way to 4:2:0 and back; grey has no colour to lose."""
    codec = VvcCodec("faster")
    grey = np.repeat(photo[:64, :64, 1:2], 3, 2)
    scores = [psnr(codec.decode(codec.encode(p, 8)), p) for p in (photo[:64, :64].copy(), grey)]
    assert 34 < scores[0] < scores[1] - 5
    assert scores[1] > 45


@needs_ffmpeg
def test_slower_presets_are_better(photo: Pixels) -> None:
    score = []
    for preset in ("faster", "medium"):
        codec = VvcCodec(preset)
        data = codec.encode(photo, 37)
        score.append(psnr(codec.decode(data), photo) - 4 * np.log2(len(data)))
    assert score[1] > score[0]
    assert (VvcCodec().name, VvcCodec("fast").name) == ("vvc", "vvc-fast")


@needs_ffmpeg
@pytest.mark.skipif(
    importlib.util.find_spec("pillow_heif") is None, reason="pillow-heif is an extra"
)
def test_it_beats_hevc(photo: Pixels) -> None:
    hevc, vvc = HeicCodec(), VvcCodec()
    data = hevc.encode(photo, 30)
    goal, size = psnr(hevc.decode(data), photo), len(data)
    files = (vvc.encode(photo, qp) for qp in (38, 36, 34, 32, 30))
    assert next(len(f) for f in files if psnr(vvc.decode(f), photo) >= goal) < 0.9 * size


@needs_ffmpeg
def test_streams_of_another_size_are_refused(photo: Pixels) -> None:
    codec = VvcCodec("faster")
    data = codec.encode(photo[:64, :64].copy(), 40)
    with pytest.raises(UnreadableImageError, match="wrong size"):
        codec.decode(bytes((0, 64, 0, 99)) + data[4:])


@needs_ffmpeg
def test_an_ffmpeg_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "ffmpeg"
    other.write_text("#!/bin/sh\nsleep 60\n")
    other.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(other))
    with pytest.raises(InputError, match=r"ffmpeg was killed after 0\.3 seconds"):
        VvcCodec(timeout=0.3)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(InputError, match=r'pip install "llcodec\[bench\]"'):
        VvcCodec()


@needs_ffmpeg
def test_an_ffmpeg_without_vvc_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "ffmpeg"
    other.write_text("#!/bin/sh\necho ' V....D libx264'\n")
    other.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(other))
    with pytest.raises(InputError, match="without libvvenc"):
        VvcCodec()


sides = st.integers(1, LARGEST)


@given(sides, sides, st.binary(min_size=1))
def test_size_and_stream_come_back(width: int, height: int, stream: bytes) -> None:
    data = with_size(width, height, stream)
    assert len(data) == len(stream) + 4
    assert without_size(data) == (width, height, stream)


def test_sizes_that_cannot_be_written() -> None:
    for size in ((LARGEST + 1, 1), (1, LARGEST + 1)):
        with pytest.raises(InputError, match="too many"):
            with_size(*size, b"x")


@pytest.mark.parametrize("data", [b"", b"\0\1\0\1", b"\0\0\0\1x", b"\0\1\0\0x"])
def test_files_without_a_picture(data: bytes) -> None:
    with pytest.raises(UnreadableImageError):
        without_size(data)
