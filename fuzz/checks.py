"""The check of every call: it returns, or raises an error of llcodec with a one-line message."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from llcodec.errors import LlcError

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def attempt(
    read: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result | None:
    """Return what ``read`` returns, or None where it raises an error of llcodec.

    Any other exception propagates: that is what fuzzing looks for.
    """
    try:
        return read(*args, **kwargs)
    except LlcError as error:
        expect(str(error).isprintable(), f"a message of several lines: {error!r}")
        return None


def expect(holds: bool, what: str) -> None:
    """Raise AssertionError unless a condition holds, also under ``python -O``."""
    if not holds:
        raise AssertionError(what)
