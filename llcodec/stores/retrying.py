"""Repeat requests, with backoff, that a store refuses temporarily."""

import errno
from collections.abc import Callable
from typing import Final, TypeVar

from llcodec._extras import require

T = TypeVar("T")

ATTEMPTS: Final = 8
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 20  # seconds; the waits double, and are drawn at random below

# Asking again does not help.
_FINAL: Final = (
    FileNotFoundError,
    FileExistsError,
    PermissionError,
    IsADirectoryError,
    NotADirectoryError,
)
_FINAL_NUMBERS: Final = frozenset(
    {
        errno.EINVAL,
        errno.ENAMETOOLONG,
        errno.ENOSPC,
        errno.EROFS,
        errno.EDQUOT,
        errno.ENOSYS,
        errno.EPERM,
        errno.EMSGSIZE,
        errno.ELOOP,
    }
)
# Errors of aiohttp, botocore, and Azure's client that are not OSErrors; the names of their classes.
_OF_THE_NETWORK: Final = frozenset(
    {
        "ClientConnectionError",
        "ClientPayloadError",
        "HTTPClientError",
        "ResponseParserError",
        "ServiceRequestError",
        "ServiceResponseError",
    }
)


def with_retries(call: Callable[[], T]) -> T:
    """Return what ``call`` returns; call it up to eight times while it fails temporarily.

    Raises whatever the last call raises.
    """
    tenacity = require("tenacity", "scale")
    again = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=tenacity.wait_random_exponential(_FIRST_WAIT, max=_LONGEST_WAIT),
        retry=tenacity.retry_if_exception(is_temporary),
        reraise=True,
    )
    result: T = again(call)
    return result


def is_temporary(error: BaseException) -> bool:
    """Return whether a request that failed like this may succeed later."""
    if isinstance(error, OSError):
        return not isinstance(error, _FINAL) and error.errno not in _FINAL_NUMBERS
    return any(kind.__name__ in _OF_THE_NETWORK for kind in type(error).__mro__)
