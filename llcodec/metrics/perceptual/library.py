"""Import torchmetrics, the library that computes LPIPS and DISTS."""

import importlib

from llcodec._extras import names_extra
from llcodec._torchvision import import_torchvision


def import_library() -> None:
    """Import torchvision and torchmetrics, so that later imports from them succeed.

    Raises InputError, which names the extra to install, if they are missing.
    """
    with names_extra("torchmetrics", "perceptual"):
        import_torchvision()  # torchmetrics imports it too, and would fail with some builds
        importlib.import_module("torchmetrics")
