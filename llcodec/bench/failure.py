"""Why something failed, in one line, whatever was raised.

Codecs, enhancers and programs of others run here. Their errors are of every kind, some have many
lines, and some say nothing.
"""

import os
import traceback
from concurrent.futures.process import BrokenProcessPool
from typing import Final

from llcodec._memory import is_out_of_memory
from llcodec.errors import LlcError

_LONGEST: Final = 300  # characters; PyTorch's errors may hold a page


def told(error: Exception) -> str:
    """Return what went wrong in a line, which is never empty.

    With ``LLC_DEBUG=1`` in the environment, an error that nobody foresaw prints its traceback.
    """
    if isinstance(error, LlcError | OSError):
        return _line(str(error)) or type(error).__name__
    if is_out_of_memory(error):
        return "not enough memory"
    if isinstance(error, BrokenProcessPool):
        return "one of the processes that measured it ended abruptly: is there enough memory?"
    if os.environ.get("LLC_DEBUG") == "1":
        traceback.print_exception(error)
    return f"{type(error).__name__}: {_line(str(error))}".removesuffix(": ")


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
