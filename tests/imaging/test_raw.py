"""Raw files, developed by LibRaw; the files are DNGs of our own."""

import io
import struct
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec.errors import MissingLibraryError, TooManyPixelsError, UnreadableImageError
from llcodec.imaging import picture_size, read_picture
from llcodec.imaging.icc import encode_srgb
from tests.dng import dng

RAMP = np.broadcast_to(np.linspace(0, 65535, 120), (60, 120))
DUSK = RAMP / 64

ORIENTATION = 274


def short(tag: int, value: int) -> tuple[int, str, bytes]:
    return tag, "short", struct.pack("<H", value)


@pytest.mark.extra("rawpy")
@pytest.mark.parametrize("sensor", [RAMP, DUSK], ids=["bright", "dark"])
def test_samples_are_srgb_and_dark_stays_dark(sensor: np.ndarray) -> None:
    picture = read_picture(dng(sensor))
    assert picture.pixels.shape == (60, 120, 3)
    assert picture.pixels.dtype == np.uint16
    expected = encode_srgb(sensor[0] / 65535)
    found = picture.pixels[30].astype(float) / 65535
    assert np.abs(found - expected[:, None])[4:-4].max() < 0.5 / 255


@pytest.mark.extra("rawpy")
def test_the_white_balance_is_that_of_the_camera() -> None:
    neutral = struct.pack("<6i", 1, 2, 1, 1, 1, 4)  # grey is (½, 1, ¼) on the sensor
    sensor = np.full((60, 120), 8000.0)
    sensor[::2, ::2] *= 0.5
    sensor[1::2, 1::2] *= 0.25
    pixels = read_picture(dng(sensor, more=[(50728, "ratio", neutral)])).pixels.astype(int)
    assert np.ptp(pixels[8:-8, 8:-8].mean((0, 1))) < 0.01 * pixels.mean()
    assert np.ptp(read_picture(dng(sensor)).pixels[8:-8, 8:-8].mean((0, 1))) > 1000


@pytest.mark.extra("rawpy")
def test_the_picture_is_upright(tmp_path: Path) -> None:
    data = dng(RAMP, more=[short(ORIENTATION, 6)])  # the ramp then rises downwards
    pixels = read_picture(data).pixels
    assert pixels.shape == (120, 60, 3)
    assert (np.diff(pixels[4:-4, 30, 1].astype(int)) > 0).all()
    (tmp_path / "a.dng").write_bytes(data)
    assert picture_size(tmp_path / "a.dng", max_pixels=10_000) == (120, 60)
    assert read_picture(tmp_path / "a.dng").pixels.shape == (120, 60, 3)


@pytest.mark.extra("rawpy")
def test_exif_is_kept_without_maker_notes() -> None:
    exposure = (33434, "ratio", struct.pack("<ii", 1, 8))
    notes = (37500, "bytes", bytes(300))
    size = short(40962, 4000)
    data = dng(RAMP, more=[short(ORIENTATION, 6)], exif=[exposure, notes, size])
    kept = read_picture(data).metadata.exif
    assert kept is not None
    exif = Image.Exif()
    exif.load(kept)
    assert (exif[271], exif[272], exif.get(ORIENTATION)) == ("Maker", "Camera", None)
    assert dict(exif.get_ifd(34665)) == {33434: 0.125}


@pytest.mark.extra("rawpy")
def test_size_is_checked_before_the_samples_are_unpacked() -> None:
    with pytest.raises(TooManyPixelsError, match="120×60 is 7,200 pixels"):
        read_picture(dng(RAMP), max_pixels=7000)
    huge = dng(RAMP, more=[(256, "long", struct.pack("<I", 60000)), short(257, 60000)])
    with pytest.raises((TooManyPixelsError, UnreadableImageError)):
        read_picture(huge)


@pytest.mark.extra("rawpy")
@pytest.mark.parametrize("length", [100, 300, 600, 5000])
def test_damaged_files_are_refused_in_one_line(length: int, tmp_path: Path) -> None:
    (tmp_path / "a.dng").write_bytes(dng(RAMP)[:length])
    with pytest.raises(UnreadableImageError, match=r"^not a RAW file that can be developed: .+$"):
        read_picture(tmp_path / "a.dng")


@pytest.mark.extra("rawpy")
def test_random_damage_is_refused_or_developed() -> None:
    rng = np.random.default_rng(0)
    data = dng(RAMP, exif=[short(34855, 800)])
    for _ in range(60):
        changed = bytearray(data)
        for place in rng.integers(0, 700, 4):
            changed[place] = rng.integers(256)
        with suppress(UnreadableImageError, TooManyPixelsError):
            assert read_picture(io.BytesIO(bytes(changed)), max_pixels=100_000).width > 0


def test_the_extra_is_named_when_rawpy_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(MissingLibraryError, match=r'rawpy .* pip install "llcodec\[raw\]"'):
        read_picture(dng(RAMP))
