"""Importing open_clip, which is an extra."""

import importlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from llcodec.errors import InputError

_BOXES = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def require_open_clip() -> Any:
    """Return the module open_clip.

    Raises InputError, naming the extra, if it is not installed.
    """
    try:
        _import_torchvision()
        return importlib.import_module("open_clip")
    except ImportError as error:
        raise InputError(
            'text guidance needs the extra "nerco": pip install "llcodec[nerco]"'
        ) from error


@contextmanager
def hushed() -> Iterator[None]:
    """Keep open_clip and its downloads from writing to stderr: errors are told once, by us."""
    root, before = logging.getLogger(), logging.root.manager.disable
    nowhere = logging.NullHandler()  # without any handler, logging.error would add its own
    root.addHandler(nowhere)
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
        root.removeHandler(nowhere)


def _import_torchvision() -> None:
    """Import torchvision, which open_clip takes its picture transforms from.

    PyPI's torchvision is built for CUDA. Beside a PyTorch for processors its compiled operators
    do not load, and its import fails where it describes two of them. open_clip uses none; declared,
    they let the import pass.
    """
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        for operator in ("nms", "qnms"):
            torch.library.define(f"torchvision::{operator}", _BOXES)
        importlib.import_module("torchvision")
