"""Formats that need a library of an extra: HEIC, JPEG XL and RAW."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from llcodec._extras import install, missing
from llcodec.errors import MissingLibraryError
from llcodec.imaging.raw_signs import RAW_SUFFIXES

_HEIC_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
_JXL: Final = (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")


@dataclass(frozen=True)
class OptionalFormat:
    """A format that is read if a library is installed.

    Attributes:
        name: what people call it.
        module: the library.
        extra: the extra that brings it.
        suffixes: of its files: lower-case, with their dot.
        accepts: whether the first 16 bytes are those of such a file.
    """

    name: str
    module: str
    extra: str
    suffixes: frozenset[str]
    accepts: Callable[[bytes], bool]

    def refusal(self) -> MissingLibraryError:
        """Return the error for a file of this format if its library is missing."""
        return MissingLibraryError(
            f"{self.name} is read with {self.module}, which is not installed: {install(self.extra)}"
        )


HEIC: Final = OptionalFormat(
    "HEIC",
    "pillow_heif",
    "formats",
    frozenset({".heic", ".heics", ".heif", ".heifs", ".hif"}),
    lambda head: head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS,
)
JXL: Final = OptionalFormat(
    "JPEG XL", "pillow_jxl", "formats", frozenset({".jxl"}), lambda head: head.startswith(_JXL)
)
RAW: Final = OptionalFormat("RAW", "rawpy", "raw", RAW_SUFFIXES, lambda _head: False)

_PLUGINS: Final = {"HEIF": HEIC, "JXL": JXL}


def register_plugins() -> frozenset[str]:
    """Teach Pillow HEIC and JPEG XL, if their libraries are there; return its names of them."""
    known = set()
    for name, optional in _PLUGINS.items():
        try:
            module = importlib.import_module(optional.module)
        except ImportError:
            continue
        if name == "HEIF":
            module.register_heif_opener()
        known.add(name)
    return frozenset(known)


def unread_formats() -> Mapping[str, OptionalFormat]:
    """Return, by suffix, the formats whose libraries are not installed."""
    return {
        suffix: optional
        for optional in (HEIC, JXL, RAW)
        if missing(optional.module)
        for suffix in optional.suffixes
    }


def check_known(head: bytes) -> None:
    """Check the first 16 bytes of a file that no plugin reads.

    Raises:
        MissingLibraryError: when they are of a format whose library is not installed.
    """
    for optional in _PLUGINS.values():
        if optional.accepts(head) and missing(optional.module):
            raise optional.refusal()
