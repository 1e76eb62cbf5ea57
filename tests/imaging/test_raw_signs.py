import io
import struct

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from llcodec.errors import UnreadableImageError
from llcodec.imaging import from_pil, read_picture
from llcodec.imaging.raw_signs import is_raw
from tests.dng import dng

MOSAIC = np.zeros((16, 24))


def tiff(tags: dict[int, tuple[int, object]]) -> bytes:
    """A TIFF whose tags have these types and values."""
    directory = ImageFileDirectory_v2()
    for tag, (kind, value) in tags.items():
        directory.tagtype[tag] = kind
        directory[tag] = value
    out = io.BytesIO()
    Image.new("RGB", (16, 8)).save(out, "TIFF", tiffinfo=directory)
    return out.getvalue()


DNG = {50706: (1, b"\1\4\0\0")}
NEF = {254: (4, 1), 330: (4, 8)}


@pytest.mark.parametrize("tags", [DNG, NEF], ids=["DNG", "NEF"])
def test_previews_are_not_taken_for_the_picture(tags: dict[int, tuple[int, object]]) -> None:
    assert is_raw(io.BytesIO(tiff(tags)))
    with pytest.raises(UnreadableImageError, match="preview in a raw file"):
        from_pil(Image.open(io.BytesIO(tiff(tags))))


def test_samples_of_a_sensor_in_a_sub_file_make_a_raw_file() -> None:
    sensor = struct.pack("<HHHIII", 1, 262, 3, 1, 32803, 0)
    first = struct.pack("<HHHIIHHIII", 2, 262, 3, 1, 2, 330, 4, 2, 38, 0)
    data = b"II*\0\x08\0\0\0" + first + struct.pack("<II", 46, 46) + sensor
    assert len(b"II*\0\x08\0\0\0" + first) == 38
    assert is_raw(io.BytesIO(data))
    assert not is_raw(io.BytesIO(data.replace(struct.pack("<H", 32803), b"\2\0")))


@pytest.mark.parametrize("tags", [{}, {254: (4, 0)}, {254: (4, 1)}])
def test_other_tiffs_are_read(tags: dict[int, tuple[int, object]]) -> None:
    assert not is_raw(io.BytesIO(tiff(tags)))
    assert read_picture(tiff(tags)).width == 16


@pytest.mark.parametrize(
    "head",
    [
        *(b"II*\0\x10\0\0\0CR\2\0", b"FUJIFILMCCD-RAW 0201", b"IIU\0\x18\0\0\0"),
        *(b"\0\0\0\x18ftypcrx \0\0\0\1", b"FOVb\2\0\0\0", b"IIRO\x08\0\0\0"),
        b"II\x1a\0\0\0HEAPCCDR",
    ],
)
def test_cameras_have_signatures(head: bytes) -> None:
    assert is_raw(io.BytesIO(head + bytes(64)))


def test_the_suffix_decides_where_contents_do_not() -> None:
    plain = tiff({})
    assert is_raw(io.BytesIO(plain), "shot.NEF")
    assert not is_raw(io.BytesIO(plain), "shot.tif")
    assert not is_raw(io.BytesIO(b"\xff\xd8\xff\xe0" + bytes(64)), "shot.nef")
    assert not is_raw(io.BytesIO(b""), "shot.nef")
    assert is_raw(io.BytesIO(dng(MOSAIC)), "shot.tif")


@pytest.mark.parametrize("cut", range(0, 200, 7))
def test_broken_directories_are_read_as_far_as_they_go(cut: int) -> None:
    data = dng(MOSAIC)[:cut]
    assert is_raw(io.BytesIO(data)) == (cut >= 82)  # where the tag of the sensor ends
    loop = b"II*\0\x08\0\0\0" + struct.pack("<HHHIII", 1, 330, 4, 1, 8, 8)
    assert not is_raw(io.BytesIO(loop))
