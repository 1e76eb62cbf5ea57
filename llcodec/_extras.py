"""Libraries that come with an extra: imported where they are used, and named if missing."""

import importlib
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llcodec._memory import is_out_of_memory
from llcodec.errors import MissingLibraryError


def require(module: str, extra: str) -> Any:
    """Return a module of a library that comes with an extra.

    Args:
        module: its dotted name.
        extra: the extra that brings the library.

    Raises:
        MissingLibraryError: when the library is not installed; the message names the extra.
    """
    with names_extra(module.partition(".")[0], extra):
        return importlib.import_module(module)


@contextmanager
def names_extra(package: str, extra: str) -> Iterator[None]:
    """Turn an ImportError into a MissingLibraryError that says which extra to install."""
    try:
        yield
    except ImportError as error:
        if is_out_of_memory(error):
            raise
        raise not_installed(package, extra) from error


def not_installed(package: str | None, extra: str) -> MissingLibraryError:
    """Return the error for a missing library, which says which extra to install."""
    return MissingLibraryError(f"{package} is not installed: {install(extra)}")


def install(extra: str) -> str:
    """Return the command that installs an extra."""
    return f'pip install "llcodec[{extra}]"'


def missing(*modules: str) -> tuple[str, ...]:
    """Return those of some modules, without dots in their names, that are not installed."""
    return tuple(module for module in modules if importlib.util.find_spec(module) is None)


def versions_of(*packages: str) -> dict[str, str]:
    """Return the versions of installed packages, by their names on the package index."""
    from importlib.metadata import version  # not before it is needed: it is slow

    return {package: version(package) for package in packages}
