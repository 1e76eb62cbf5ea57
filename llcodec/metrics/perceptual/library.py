"""The library that computes LPIPS and DISTS: imported where it is used, and named if missing."""

import importlib

from llcodec._torchvision import import_torchvision
from llcodec.errors import InputError


def import_library() -> None:
    """Import torchvision and torchmetrics, so that other imports from them succeed.

    Raises InputError, naming the extra to install, if they are not there.
    """
    try:
        import_torchvision()  # torchmetrics imports it, too, and could not cope with some builds
        importlib.import_module("torchmetrics")
    except ImportError as error:
        raise InputError(
            'LPIPS and DISTS need the extra "perceptual": pip install "llcodec[perceptual]"'
        ) from error
