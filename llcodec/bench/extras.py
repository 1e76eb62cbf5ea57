"""Libraries that only the benchmark needs: imported where they are used, and named if missing."""

import importlib
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


def versions_of(*packages: str) -> dict[str, str]:
    """Return the versions of installed packages, by their names on the package index."""
    return {package: version(package) for package in packages}
