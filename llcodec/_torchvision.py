"""Import torchvision, which only extras need, with any build of PyTorch."""

import importlib

import torch

_BOXES = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def import_torchvision() -> None:
    """Import torchvision, so that later imports of it and its dependents succeed.

    PyPI's torchvision is built for CUDA. With a CPU build of PyTorch its compiled operators do not
    load, and its import fails where it registers two of them. They are not used here, so declaring
    them is enough.

    Raises:
        ImportError: when torchvision is not installed.
    """
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        for operator in ("nms", "qnms"):
            torch.library.define(f"torchvision::{operator}", _BOXES)
        importlib.import_module("torchvision")
