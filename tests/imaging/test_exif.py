import io
import struct
from typing import TYPE_CHECKING

import pytest
from PIL import ExifTags, Image

from llcodec.imaging.exif import clean_exif, descriptive_tags, exif_of_tiff, load_exif

if TYPE_CHECKING:
    from tests.imaging.conftest import Made


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_read_and_reset(made: "type[Made]", orientation: int, order: str) -> None:
    raw = made.exif(orientation, order)
    assert clean_exif(b"Exif\0\0" + raw) == (made.exif(1, order), orientation)


def test_without_orientation(made: "type[Made]") -> None:
    assert clean_exif(made.exif()) == (made.exif(), None)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_unknown_orientation_is_upright(made: "type[Made]", value: int) -> None:
    assert clean_exif(made.exif(value)) == (made.exif(1), None)


def test_broken_is_dropped(made: "type[Made]") -> None:
    whole = made.exif(6)
    assert clean_exif(b"") == (None, None)
    assert clean_exif(b"not exif at all") == (None, None)
    for length in range(8 + 2 + 24):
        exif, orientation = clean_exif(whole[:length])
        assert exif is None
        assert orientation in (None, 6)
    assert clean_exif(b"II*\0\xff\xff\xff\xff") == (None, None)


def shot(order: str, width: int = 40, height: int = 30) -> bytes:
    """EXIF of orientation 6 with a thumbnail, and with a size in the Exif directory."""
    first = struct.pack(
        f"{order}IHHHIHHHHIII", 8, 2, 0x112, 3, 1, 6, 0, 34665, 4, 1, 38, 38 + 30
    )  # at 8: two entries
    exif = struct.pack(f"{order}HHHIHHHHIII", 2, 0xA002, 3, 1, width, 0, 0xA003, 4, 1, height, 0)
    second = struct.pack(f"{order}HHHIIHHIII", 2, 0x201, 4, 1, 98, 0x202, 4, 1, 8, 0)
    head = b"II*\0" if order == "<" else b"MM\0*"
    return head + first + exif + second + b"\xff\xd8\1\2\3\4\xff\xd9after"


@pytest.mark.parametrize("order", ["<", ">"])
def test_size_is_turned_and_the_thumbnail_removed(order: str) -> None:
    raw = shot(order)
    exif, orientation = clean_exif(raw)
    assert orientation == 6
    assert exif is not None
    loaded = Image.Exif()
    loaded.load(exif)
    assert loaded[0x112] == 1
    assert loaded.get_ifd(34665) == {0xA002: 30, 0xA003: 40}
    assert loaded.get_ifd(ExifTags.IFD.IFD1) == {}
    assert b"\xff\xd8" not in exif
    assert exif.endswith(bytes(8) + b"after")
    changed = [at for at in range(len(raw)) if raw[at] != exif[at]]
    assert len(exif) == len(raw)
    assert len(changed) <= 1 + 1 + 1 + 1 + 8  # orientation, two sizes, the link, the thumbnail


def test_a_size_that_does_not_fit_stays() -> None:
    exif, _ = clean_exif(shot("<", 40, 70_000))
    assert exif is not None
    loaded = Image.Exif()
    loaded.load(exif)
    assert loaded.get_ifd(34665) == {0xA002: 40, 0xA003: 70_000}


def test_tiff_tags_become_exif(made: "type[Made]") -> None:
    tags = [(271, "Maker"), (274, 6), (34665, {33434: 0.5})]
    data = made.tiff(made.noise(2, 3, 3), tags=tags)
    exif = exif_of_tiff(Image.open(io.BytesIO(data)))
    assert exif is not None
    loaded = load_exif(exif)
    assert loaded is not None
    assert dict(descriptive_tags(loaded)) == {271: "Maker", 34665: {33434: 0.5}}
    assert set(loaded) == {271, 34665}


def test_tiff_without_descriptive_tags(made: "type[Made]") -> None:
    data = made.tiff(made.noise(2, 3, 3))
    assert exif_of_tiff(Image.open(io.BytesIO(data))) is None


def test_rewritten_refuses_nonsense() -> None:
    assert load_exif(b"nonsense") is None


def test_what_pillow_would_take_minutes_for_is_not_rewritten(made: "type[Made]") -> None:
    entry = b"\x1a\x01\x05\0" + (200_000).to_bytes(4, "little") + bytes([26, 0, 0, 0])
    exif = b"II*\0\x08\0\0\0\x01\0" + entry + bytes(4) + bytes([1, 0, 0, 0]) * 400_000
    assert clean_exif(exif) == (exif, None)
    assert load_exif(exif) is None
