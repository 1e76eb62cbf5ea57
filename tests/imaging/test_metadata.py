from typing import TYPE_CHECKING

from llcodec.imaging import Metadata
from llcodec.imaging.metadata import metadata_from_info

if TYPE_CHECKING:
    from tests.imaging.conftest import Made


def test_nothing() -> None:
    assert metadata_from_info({}) == (Metadata(), 1)
    assert metadata_from_info({"exif": b"", "icc_profile": None, "xmp": ()}) == (Metadata(), 1)


def test_blocks(made: "type[Made]") -> None:
    info = {"exif": made.exif(6), "icc_profile": b"profile", "xmp": "<x/>"}
    assert metadata_from_info(info) == (Metadata(made.exif(1), b"profile", b"<x/>"), 6)


def test_xmp_orientation_is_reset() -> None:
    for old, new in (
        (b'tiff:Orientation="6"', b'tiff:Orientation="1"'),
        (b"tiff:Orientation = '8'", b"tiff:Orientation = '1'"),
        (b"<tiff:Orientation>3</tiff:Orientation>", b"<tiff:Orientation>1</tiff:Orientation>"),
        (b'exif:Other="6"', b'exif:Other="6"'),
    ):
        assert metadata_from_info({"xmp": old})[0].xmp == new


def test_exif_in_old_png_text(made: "type[Made]") -> None:
    raw = b"Exif\0\0" + made.exif(8)
    text = f"\nexif\n{len(raw):8}\n" + raw.hex()
    assert metadata_from_info({"Raw profile type exif": text}) == (Metadata(exif=made.exif(1)), 8)
    assert metadata_from_info({"Raw profile type exif": "\n\n\nzz"}) == (Metadata(), 1)


def test_orientation_of_the_xmp_counts_where_exif_has_none(made: "type[Made]") -> None:
    xmp = b'tiff:Orientation="6"'
    assert metadata_from_info({"xmp": xmp})[1] == 6
    assert metadata_from_info({"xmp": xmp, "exif": made.exif()})[1] == 6
    assert metadata_from_info({"xmp": xmp, "exif": made.exif(3)})[1] == 3
    assert metadata_from_info({"xmp": xmp, "exif": made.exif(1)})[1] == 1
    for wrong in (b"0", b"9", b"66", b"0" * 5000):
        assert metadata_from_info({"xmp": b'tiff:Orientation="%s"' % wrong})[1] == 1
