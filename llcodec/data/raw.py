"""Develop RAW files of cameras with rawpy, which an extra brings."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llcodec._extras import require
from llcodec.errors import UnreadableImageError

RAW_SUFFIXES = frozenset({".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".rw2"})
"""Lower-case suffixes, with the dot, of RAW files."""


def require_rawpy() -> Any:
    """Return the module rawpy; raises InputError if it is not installed."""
    return require("rawpy", "raw")


def read_raw(path: Path) -> NDArray[np.uint8]:
    """Return a RAW file as H×W×3 8-bit sRGB: rawpy's default development, as SNR-Aware used it.

    Raises:
        InputError: rawpy is not installed.
        UnreadableImageError: the file is damaged, or LibRaw does not support it.
    """
    rawpy = require_rawpy()
    try:
        with rawpy.imread(str(path)) as raw:
            return np.asarray(raw.postprocess(), np.uint8)
    except (rawpy.LibRawError, OSError) as error:
        text = error.args[0] if error.args else ""
        reason = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
        raise UnreadableImageError(f"not a RAW file that can be read: {reason}") from error
