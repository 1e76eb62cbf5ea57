"""Any exception as one line.

Third-party codecs, enhancers and programs raise errors of any type, with many lines or without a
message.
"""

import os
import traceback
from typing import Final

from llcodec._memory import is_out_of_memory
from llcodec.errors import LlcError

_LONGEST: Final = 300  # characters; PyTorch's errors may be a page long


def is_expected(error: Exception) -> bool:
    """Return whether an error is an expected failure, not a bug."""
    return isinstance(error, LlcError | OSError) or is_out_of_memory(error) or _pool_died(error)


def in_one_line(error: Exception) -> str:
    """Return what went wrong in one line, which is never empty.

    With ``LLC_DEBUG=1`` in the environment, the traceback of an unexpected error is printed.
    """
    if isinstance(error, LlcError):
        return str(error) or type(error).__name__  # already one line, with paths unchanged
    if is_out_of_memory(error):
        return "not enough memory"
    if _pool_died(error):
        return "a worker process ended abruptly: is there enough memory?"
    if isinstance(error, OSError):
        where = "" if error.filename is None else f": {error.filename}"
        return f"{error.strerror}{where}" if error.strerror else _line(str(error)) or "OSError"
    if os.environ.get("LLC_DEBUG") == "1":
        traceback.print_exception(error)
    return f"{type(error).__name__}: {_line(str(error))}".removesuffix(": ")


def _pool_died(error: Exception) -> bool:
    """Return whether an error says that a process of a pool was killed."""
    if not isinstance(error, RuntimeError):
        return False
    from concurrent.futures.process import BrokenProcessPool  # not before it is needed: it is slow

    return isinstance(error, BrokenProcessPool)


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
