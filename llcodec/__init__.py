"""llcodec: a learned codec that makes dark photographs small and bright.

>>> import llcodec
>>> data = llcodec.encode("dark.png", 4.0)              # doctest: +SKIP
>>> llcodec.decode(data).save("bright.png")             # doctest: +SKIP
>>> llcodec.decode(data, brightness=0).save("shot.png")  # doctest: +SKIP
>>> llcodec.enhance("dark.png", strength=0.8).save("clean.png")  # doctest: +SKIP

Importing this module is cheap: PyTorch is imported when a name that needs it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from llcodec._version import __version__
from llcodec.errors import (
    BrokenModelError,
    CorruptError,
    FormatError,
    InputError,
    LlcError,
    MissingLibraryError,
    ModelError,
    NotAnLlcFileError,
    OutputError,
    OutputExistsError,
    QualityError,
    TooManyPixelsError,
    TruncatedError,
    UnknownModelError,
    UnreadableImageError,
    UnsupportedError,
    WrongModelError,
)

if TYPE_CHECKING:
    from llcodec._api import decode, encode, enhance
    from llcodec._inspection import Info, inspect
    from llcodec.codec.codec import Codec, Target
    from llcodec.enhancing.enhancer import Enhancer
    from llcodec.imaging import Picture, from_pil, read_picture, to_pil, write_picture

__all__ = [
    "BrokenModelError",
    "Codec",
    "CorruptError",
    "Enhancer",
    "FormatError",
    "Info",
    "InputError",
    "LlcError",
    "MissingLibraryError",
    "ModelError",
    "NotAnLlcFileError",
    "OutputError",
    "OutputExistsError",
    "Picture",
    "QualityError",
    "Target",
    "TooManyPixelsError",
    "TruncatedError",
    "UnknownModelError",
    "UnreadableImageError",
    "UnsupportedError",
    "WrongModelError",
    "__version__",
    "decode",
    "encode",
    "enhance",
    "from_pil",
    "inspect",
    "read_picture",
    "to_pil",
    "write_picture",
]

# The modules of names that are expensive to import; each is imported on first use.
_HOMES = {
    "Codec": "llcodec.codec.codec",
    "Enhancer": "llcodec.enhancing.enhancer",
    "Info": "llcodec._inspection",
    "Picture": "llcodec.imaging",
    "Target": "llcodec.codec.codec",
    "decode": "llcodec._api",
    "encode": "llcodec._api",
    "enhance": "llcodec._api",
    "from_pil": "llcodec.imaging",
    "inspect": "llcodec._inspection",
    "read_picture": "llcodec.imaging",
    "to_pil": "llcodec.imaging",
    "write_picture": "llcodec.imaging",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
