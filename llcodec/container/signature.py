"""The first ten bytes: eight of signature, then the major and the minor version."""

from typing import Final

from llcodec._signature import SIGNATURE
from llcodec.errors import NotAnLlcFileError, TruncatedError, UnsupportedError

FORMAT_VERSION: Final = (2, 1)
"""The newest version that ``pack`` writes: (major, minor)."""

GLOBAL_TONE_MAJOR: Final = 1
LOCAL_TONE_MAJOR: Final = 2
"""The major version of files with a local tone curve, and of no others."""

MAJOR_VERSIONS: Final = (GLOBAL_TONE_MAJOR, LOCAL_TONE_MAJOR)
"""The major versions that are read."""

PREAMBLE_LENGTH: Final = len(SIGNATURE) + 2

_DAMAGED_AS_TEXT: Final = (
    SIGNATURE.replace(b"\r\n", b"\n"),
    SIGNATURE.replace(b"\r\n", b"\r"),
    SIGNATURE.replace(b"\r", b"\n"),
    SIGNATURE.replace(b"\n", b"\r\n"),
    SIGNATURE.replace(b"\x1a\n", b"\x1a\r\n"),  # only line feeds without a return before them
    b"\xc2\x89LLC",  # read as Latin-1 and written as UTF-8
    b"\xef\xbf\xbdLLC",  # read as UTF-8: the replacement character
    b"\x09LLC",  # the eighth bit is lost
)


def write_preamble(minor: int = 0, *, major: int = GLOBAL_TONE_MAJOR) -> bytes:
    """Return the signature and the version (0 to 255 each)."""
    return SIGNATURE + bytes((major, minor))


def read_version(data: bytes) -> tuple[int, int]:
    """Check the signature and return the file's (major, minor) version.

    A higher minor version is read: it may add ancillary chunks only.

    Raises:
        NotAnLlcFileError: when the data do not start with the signature.
        TruncatedError: when the data are empty, or end within these ten bytes.
        UnsupportedError: when the major version is not 1 or 2.
    """
    _check_signature(data)
    if len(data) < PREAMBLE_LENGTH:
        raise TruncatedError("the file ends within its first ten bytes: copy it again")
    major, minor = data[len(SIGNATURE) : PREAMBLE_LENGTH]
    if major not in MAJOR_VERSIONS:
        readable = " and ".join(f"{number}.x" for number in MAJOR_VERSIONS)
        raise UnsupportedError(
            f"the file has format version {major}.{minor}, but this llcodec reads "
            f"{readable}: install a matching version of llcodec"
        )
    return major, minor


def _check_signature(data: bytes) -> None:
    if data.startswith(SIGNATURE):
        return
    if not data:
        raise TruncatedError("the file is empty: copy it again")
    if SIGNATURE.startswith(data):
        raise TruncatedError("the file ends within its first ten bytes: copy it again")
    if data.startswith(_DAMAGED_AS_TEXT):
        raise NotAnLlcFileError(
            "the file was altered by a transfer as text: copy it again in binary mode"
        )
    raise NotAnLlcFileError("not an .llc file: its first bytes are not the .llc signature")
