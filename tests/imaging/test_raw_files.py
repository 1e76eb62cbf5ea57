import io

import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from llcodec.errors import UnreadableImageError
from llcodec.imaging import read_picture


def tiff(tags: dict[int, tuple[int, object]]) -> bytes:
    """A TIFF whose tags have these types and values."""
    directory = ImageFileDirectory_v2()
    for tag, (kind, value) in tags.items():
        directory.tagtype[tag] = kind
        directory[tag] = value
    out = io.BytesIO()
    Image.new("RGB", (16, 8)).save(out, "TIFF", tiffinfo=directory)
    return out.getvalue()


@pytest.mark.parametrize(
    "tags", [{50706: (1, b"\\1\\4\\0\\0")}, {254: (4, 1), 330: (4, 8)}], ids=["DNG", "NEF"]
)
def test_previews_are_not_taken_for_the_picture(tags: dict[int, tuple[int, object]]) -> None:
    with pytest.raises(UnreadableImageError, match="raw file of a camera"):
        read_picture(tiff(tags))


@pytest.mark.parametrize("tags", [{}, {254: (4, 0)}, {254: (4, 1)}])
def test_other_tiffs_are_read(tags: dict[int, tuple[int, object]]) -> None:
    assert read_picture(tiff(tags)).width == 16
