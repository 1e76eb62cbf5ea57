"""What a format cannot hold is left out and named."""

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest

from llcodec._metadata import Metadata, Note, Resolution
from llcodec.imaging import Picture, write_picture
from llcodec.imaging.fitting import fit_metadata

if TYPE_CHECKING:
    from tests.imaging.conftest import Made


@pytest.fixture
def full(made: "type[Made]") -> Metadata:
    return Metadata(
        exif=made.exif(1),
        xmp=made.XMP % 1,
        resolution=Resolution(11811, 11811),
        notes=(Note("Author", "Ada"),),
    )


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("PNG", ()),
        ("JPEG", ("1 text",)),
        ("TIFF", ("1 text",)),
        ("WEBP", ("resolution", "1 text")),
        ("BMP", ("EXIF (46 bytes)", "XMP (75 bytes)", "1 text")),
        ("PPM", ("EXIF (46 bytes)", "XMP (75 bytes)", "resolution", "1 text")),
    ],
)
def test_each_format_holds_what_it_can(full: Metadata, name: str, lost: tuple[str, ...]) -> None:
    kept, found = fit_metadata(full, name)
    assert found == lost
    assert (kept.exif is None) == any(item.startswith("EXIF") for item in lost)
    assert (kept.notes == ()) == ("1 text" in lost)


def test_blocks_too_large_for_a_jpeg(made: "type[Made]") -> None:
    exif = made.exif(1, description=b"a" * 70_000)
    picture = made.described(made.noise(8, 8, 3), exif=exif, xmp=b"b" * 70_000)
    [line] = write_picture(picture, io.BytesIO(), format="JPEG")
    assert line == (
        f"left out, since JPEG cannot hold it: EXIF ({len(exif):,} bytes), XMP (70,000 bytes)"
    )
    assert write_picture(picture, io.BytesIO(), format="PNG") == ()


@pytest.mark.parametrize("name", ["AVIF", "TIFF"])
def test_damaged_exif_is_left_out_where_it_is_written_again(name: str) -> None:
    assert fit_metadata(Metadata(exif=b"nonsense"), name) == (Metadata(), ("EXIF (damaged)",))
    assert fit_metadata(Metadata(exif=b"nonsense"), "PNG")[1] == ()


def test_a_resolution_in_exif_is_enough(made: "type[Made]") -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[282], exif[283], exif[296] = 300, 300, 2
    raw = exif.tobytes().removeprefix(b"Exif\0\0")
    metadata = Metadata(exif=raw, resolution=Resolution(11811, 11811))
    assert fit_metadata(metadata, "WEBP") == (Metadata(exif=raw), ())


@pytest.mark.parametrize(
    ("name", "there"), [("PNG", True), ("JPEG", False), ("PPM", False), ("BMP", False)]
)
def test_the_alpha_channel(name: str, there: bool) -> None:
    picture = Picture(np.zeros((8, 8, 3), np.uint8), np.full((8, 8), 9, np.uint8))
    lines = write_picture(picture, io.BytesIO(), format=name)
    assert lines == (() if there else (f"left out, since {name} cannot hold it: alpha channel",))
