"""The resolution of image files whose format stores one."""

from typing import Any, Final

from PIL import Image

from llcodec._metadata import Resolution

WITH_RESOLUTION: Final = frozenset({"PNG", "JPEG", "MPO", "TIFF", "BMP"})
"""Names of the formats in which it can be written."""

_JFIF_UNITS: Final = {1: 1.0, 2: 2.54}  # per inch, per centimetre
_TIFF_TAGS: Final = (282, 283)


def resolution_of(image: Image.Image) -> Resolution | None:
    """Return the resolution of an opened image; None if its file does not say.

    That of JPEG is the one in JFIF. EXIF has numbers of its own, which stay there.
    """
    factor, pair = 1.0, image.info.get("dpi")
    if image.format in ("JPEG", "MPO"):
        unit: Any = image.info.get("jfif_unit")
        factor, pair = _JFIF_UNITS.get(unit, 0.0), image.info.get("jfif_density")
    elif not all(tag in getattr(image, "tag_v2", _TIFF_TAGS) for tag in _TIFF_TAGS):
        return None  # Pillow gives one all the same
    if not isinstance(pair, tuple) or len(pair) != 2:
        return None
    return Resolution.from_dpi(float(pair[0]) * factor, float(pair[1]) * factor)
