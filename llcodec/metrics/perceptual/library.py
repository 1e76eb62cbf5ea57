"""Import the library that computes LPIPS and DISTS when it is needed."""

import importlib

from llcodec._torchvision import import_torchvision
from llcodec.errors import InputError


def import_library() -> None:
    """Import torchvision and torchmetrics, so that other imports from them succeed.

    Raises:
        InputError: when they are not installed; it names the extra.
    """
    try:
        import_torchvision()  # before torchmetrics does, which fails with some builds
        importlib.import_module("torchmetrics")
    except ImportError as error:
        raise InputError(
            'LPIPS and DISTS need the extra "perceptual": pip install "llcodec[perceptual]"'
        ) from error
