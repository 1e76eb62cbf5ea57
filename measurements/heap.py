"""Read the memory of this process: memory in use, which shows leaks, and the resident set.

The difference is memory that allocators keep for later. Pictures of many sizes fragment it, so that
the resident set grows for a long time even without leaks.
"""

import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reading:
    """The memory of the process at one moment.

    Attributes:
        resident_mb: the resident set, in MB (10^6 bytes).
        in_use_mb: allocated by the C library and not freed; the resident set if the library does
            not report it.
        objects: blocks of the allocator of Python, about one for each small object.
    """

    resident_mb: float
    in_use_mb: float
    objects: int


def reading() -> Reading:
    """Read the memory of this process. Raises OSError if there is no /proc."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    resident = round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 2)
    in_use = _allocated_bytes()
    return Reading(
        resident_mb=resident,
        in_use_mb=resident if in_use is None else round(in_use / 1e6, 2),
        objects=sys.getallocatedblocks(),
    )


_FIELDS = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"


class _Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in _FIELDS.split()]


def _allocated_bytes() -> int | None:
    """Return the bytes that are allocated, in heaps and in mappings; None without glibc 2.33."""
    mallinfo = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if mallinfo is None:
        return None
    mallinfo.restype = _Mallinfo
    counts = mallinfo()
    return int(counts.uordblks + counts.hblkhd)
