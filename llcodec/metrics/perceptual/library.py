"""The library that computes LPIPS and DISTS: imported where it is used, and named if missing."""

import importlib

from llcodec._extras import names_extra
from llcodec._torchvision import import_torchvision


def import_library() -> None:
    """Import torchvision and torchmetrics, so that other imports from them succeed.

    Raises InputError, naming the extra to install, if they are not there.
    """
    with names_extra("torchmetrics", "perceptual"):
        import_torchvision()  # torchmetrics imports it, too, and could not cope with some builds
        importlib.import_module("torchmetrics")
