"""Importing torchvision, which only extras need, beside any build of PyTorch."""

import importlib

import torch

_BOXES = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def import_torchvision() -> None:
    """Import torchvision, so that it and what builds on it can be imported from then on.

    PyPI's torchvision is built for CUDA. Beside a PyTorch for processors its compiled operators
    do not load, and its import fails where it describes two of them. Nothing here uses any;
    declared, they let the import pass. Raises ImportError if torchvision is not installed.
    """
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        for operator in ("nms", "qnms"):
            torch.library.define(f"torchvision::{operator}", _BOXES)
        importlib.import_module("torchvision")
