"""Memory: given back between pictures, where programs handle many of them, or short."""

import ctypes
import sys

# How PyTorch says that memory is short: a RuntimeError of many words.
_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")


def release_memory() -> None:
    """Return what the C library keeps of freed memory to the system; nothing without glibc.

    Pictures of ever new sizes would fragment it: the resident set of a program that decodes
    thousands grows to several times what is ever in use. Takes about a millisecond.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def is_out_of_memory(error: Exception) -> bool:
    """Return whether an error says that there was not enough memory."""
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(w in str(error) for w in _OUT_OF_MEMORY)
