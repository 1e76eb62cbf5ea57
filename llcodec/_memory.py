"""Release freed memory to the system, and recognise out-of-memory errors."""

import ctypes
import sys

# What libraries say when they run out of memory: PyTorch, ONNX Runtime, and the loader of shared
# objects within an ImportError.
_OUT_OF_MEMORY = (
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "Failed to allocate memory",
    "bad_alloc",
    "bad allocation",
    "failed to map segment",
    "Cannot allocate memory",
)


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
    # The errors of ONNX Runtime have no class in common.
    theirs = type(error).__module__.startswith("onnxruntime.")
    possible = theirs or isinstance(error, RuntimeError | ImportError)
    return possible and any(words in str(error) for words in _OUT_OF_MEMORY)
