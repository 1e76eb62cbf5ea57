"""Develop RAW files of cameras with rawpy, which an extra brings."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llcodec._extras import require
from llcodec.imaging.raw import libraw_errors
from llcodec.imaging.raw_signs import RAW_SUFFIXES

__all__ = ["RAW_SUFFIXES", "read_raw", "require_rawpy"]


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
    with libraw_errors(rawpy), rawpy.imread(str(path)) as raw:
        return np.asarray(raw.postprocess(), np.uint8)
