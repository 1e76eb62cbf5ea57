"""Memory is given back between pictures, where programs handle many of them."""

import ctypes
import sys


def give_back() -> None:
    """Return what the C library keeps of freed memory to the system; nothing without glibc.

    Pictures of ever new sizes would fragment it: the resident set of a program that decodes
    thousands grows to several times what is ever in use. Takes about a millisecond.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
