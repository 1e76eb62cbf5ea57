"""Raw files of cameras that are TIFFs: what Pillow decodes of them is a preview."""

from collections.abc import Mapping
from typing import Any, Final

from llcodec.errors import UnreadableImageError

_DNG_VERSION: Final = 50706  # DNG specification 1.7
_SUB_FILES: Final = 330
_REDUCED: Final = 254  # NewSubfileType; bit 0: a smaller version of another picture in the file


def refuse_raw(tags: Mapping[int, Any]) -> None:
    """Check the tags of the first directory of a TIFF.

    Raises:
        UnreadableImageError: when the file is a DNG, or keeps its picture in another directory,
            as raw files of Nikon and Sony do.
    """
    reduced = tags.get(_REDUCED)
    preview = isinstance(reduced, int) and reduced & 1 and _SUB_FILES in tags
    if _DNG_VERSION in tags or preview:
        raise UnreadableImageError(
            "a raw file of a camera cannot be read; develop it, and give the TIFF or the JPEG"
        )
