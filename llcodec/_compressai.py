"""Import CompressAI, which an extra brings."""

from contextlib import suppress
from typing import Any

from llcodec._extras import require


def compressai(module: str) -> Any:
    """Return a module of CompressAI, by its name inside that package.

    Raises:
        InputError: when CompressAI is not installed.
    """
    from llcodec._torchvision import import_torchvision  # imports PyTorch

    with suppress(ImportError):  # then CompressAI, which needs torchvision, is missing as well
        import_torchvision()
    return require(f"compressai.{module}", "compressai")
