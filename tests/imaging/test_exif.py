import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from llcodec.imaging.exif import clean_exif, descriptive_tags, exif_of_tiff, load_exif

if TYPE_CHECKING:
    from tests.imaging.conftest import Made


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_read_and_reset(made: "type[Made]", orientation: int, order: str) -> None:
    raw = made.exif(orientation, order)
    assert clean_exif(b"Exif\0\0" + raw) == (made.exif(1, order), orientation)


def test_without_orientation(made: "type[Made]") -> None:
    assert clean_exif(made.exif()) == (made.exif(), 1)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_unknown_orientation_is_upright(made: "type[Made]", value: int) -> None:
    assert clean_exif(made.exif(value)) == (made.exif(1), 1)


def test_broken_is_dropped(made: "type[Made]") -> None:
    whole = made.exif(6)
    assert clean_exif(b"") == (None, 1)
    assert clean_exif(b"not exif at all") == (None, 1)
    for length in range(8 + 2 + 24):
        exif, orientation = clean_exif(whole[:length])
        assert exif is None
        assert orientation in (1, 6)
    assert clean_exif(b"II*\0\xff\xff\xff\xff") == (None, 1)


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
    assert clean_exif(exif) == (exif, 1)
    assert load_exif(exif) is None
