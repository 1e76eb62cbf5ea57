"""Read checkpoints of PyTorch without executing anything in them."""

from io import BytesIO
from pathlib import Path
from typing import Any

import torch

from llcodec.errors import BrokenModelError


def read_checkpoint(path: Path, data: bytes | None = None) -> Any:
    """Return the contents of a checkpoint, with its tensors on the CPU.

    Args:
        path: of the file.
        data: the contents of the file, if they have already been read.

    Raises:
        BrokenModelError: if it cannot be read with ``weights_only=True``.
    """
    source = path if data is None else BytesIO(data)
    try:
        return torch.load(source, map_location="cpu", weights_only=True)
    except Exception as error:  # pickle, zip and torch raise errors of many classes
        raise BrokenModelError(
            f"{path}: not weights that can be read safely ({type(error).__name__})"
        ) from error
