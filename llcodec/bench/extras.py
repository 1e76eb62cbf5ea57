"""Libraries that only the benchmark needs: imported where they are used, and named if missing."""

import importlib
import importlib.util
from importlib.metadata import version
from typing import Any

from llcodec.errors import InputError


def require(module: str, extra: str) -> Any:
    """Return a module; raises InputError, naming the extra to install, if it is not there."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise InputError(f'{package} is not installed: pip install "llcodec[{extra}]"') from error


def missing(*modules: str) -> tuple[str, ...]:
    """Return those of some modules, without dots in their names, that are not installed."""
    return tuple(module for module in modules if importlib.util.find_spec(module) is None)


def versions_of(*packages: str) -> dict[str, str]:
    """Return the versions of installed packages, by their names on the package index."""
    return {package: version(package) for package in packages}
