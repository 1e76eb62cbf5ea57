"""Turn everything that Pillow raises into llcodec's own errors, and silence its warnings."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from llcodec.errors import LlcError, TooManyPixelsError

# warnings.catch_warnings swaps the filters of the whole process: two threads that overlap in it
# could leave "ignore" behind for good, so they take turns.
_ONE_AT_A_TIME = threading.RLock()


@contextmanager
def guarded(failure: type[LlcError], what: str) -> Iterator[None]:
    """Run code of Pillow: suppress warnings, and turn every exception into one of llcodec's.

    Args:
        failure: the error to raise for whatever a Pillow plugin raises.
        what: the start of its message, e.g. ``"the image is truncated or damaged"``.

    Raises:
        failure: for any exception that is not llcodec's own. Plugins raise nearly anything on
            hostile files, including ``MemoryError`` and ``RecursionError``.
        TooManyPixelsError: when a plugin meets Pillow's own limit.
    """
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except LlcError:
            raise
        except Image.DecompressionBombError as error:
            limit = 2 * (Image.MAX_IMAGE_PIXELS or 0)
            raise TooManyPixelsError(
                f"Pillow refuses an image of this format above {limit:,} pixels"
            ) from error
        except Exception as error:
            raise failure(f"{what}: {reason(error)}") from error


def reason(error: Exception) -> str:
    """Return the message of an exception as one short line."""
    text = " ".join(str(error).split())[:160]
    return text or type(error).__name__
