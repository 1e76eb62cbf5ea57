"""The formats that are read and written, by suffix and by Pillow's name."""

from pathlib import Path

from PIL import Image

from llcodec._extras import missing
from llcodec.errors import OutputError
from llcodec.imaging.optional import RAW, register_plugins

Image.init()
_PLUGINS = register_plugins()

# EPS runs Ghostscript; BLP, ICNS and IPTC decode whatever is nested in them, of any size; the
# others are stubs that need a handler, or headers without a decoder.
_NEVER_READ = frozenset(
    {"BLP", "BUFR", "EPS", "GRIB", "HDF5", "ICNS", "IPTC", "MPEG", "PDF", "WMF"}
)

# ICO and ICNS would silently shrink the picture to an icon; the others are stubs.
_NEVER_WRITTEN = frozenset({"BUFR", "GRIB", "HDF5", "ICNS", "ICO", "WMF"})

_ALIASES = {".jpg": "JPEG", ".pjp": "JPEG", ".pjpeg": "JPEG", ".jps": "JPEG"}

# Plugins that accept any prefix come last, so that a PNG is never taken for a TGA.
READABLE: tuple[str, ...] = tuple(
    sorted((n for n in Image.OPEN if n not in _NEVER_READ), key=lambda n: Image.OPEN[n][1] is None)
)
"""Names of the formats that are tried when a file is read, in this order."""

WRITABLE: frozenset[str] = frozenset(Image.SAVE) - _NEVER_WRITTEN - _PLUGINS
"""Names of the formats that a picture can be written in."""

_BY_SUFFIX = {**Image.registered_extensions(), **_ALIASES}

IMAGE_SUFFIXES: frozenset[str] = frozenset(
    suffix for suffix, name in _BY_SUFFIX.items() if name in READABLE or name == "MPO"
)
"""Lower-case suffixes, with their dot, of files that Pillow reads; for walking folders."""

PICTURE_SUFFIXES: frozenset[str] = IMAGE_SUFFIXES.union(() if missing(RAW.module) else RAW.suffixes)
"""The same of all files that :func:`read_picture` reads: those and RAW files."""


def format_for(path: str | Path) -> str:
    """Return Pillow's name of the format for a path, a suffix or a name.

    Args:
        path: ``"out.png"``, ``Path("a/b.JPG")``, ``".webp"``, ``"tif"`` or ``"PNG"``.

    Returns:
        Pillow's name of the format, e.g. ``"JPEG"``; :func:`write_picture` takes it.

    Raises:
        OutputError: nothing can be written under this suffix or name.
    """
    text = str(path)
    name = Path(text).name
    word = (Path(name).suffix or name).lower()
    found = _BY_SUFFIX.get(word if word.startswith(".") else f".{word}", word.upper())
    if found not in WRITABLE:
        raise OutputError(
            f"no picture can be written as {word or text!r}; "
            "use .png, .jpg, .webp, .tif, .avif or .bmp"
        )
    return found
