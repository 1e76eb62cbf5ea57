"""Release freed memory to the system, and recognise out-of-memory errors."""

import ctypes
import sys

# PyTorch's words in a RuntimeError when it runs out of memory.
_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")


def release_memory() -> None:
    """Return freed memory from the C library to the system (only with glibc).

    Pictures of many sizes fragment the heap: the resident set of a program that decodes thousands
    grows to several times what is ever in use. Takes about a millisecond.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def is_out_of_memory(error: Exception) -> bool:
    """Return whether an error says that memory ran out."""
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(w in str(error) for w in _OUT_OF_MEMORY)
