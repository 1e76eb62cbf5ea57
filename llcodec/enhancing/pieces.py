"""The output of every enhancer: finished rectangles, one after the other.

This bounds the memory for pictures of any size: there is never a float copy of the whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from llcodec._arrays import Samples


@dataclass(frozen=True)
class Piece:
    """A rectangle of the enhanced picture.

    ``rows`` and ``columns`` are its place; ``values`` are 1×3×h×w, sRGB-encoded, within [0, 1]
    except for overshoots.
    """

    rows: slice
    columns: slice
    values: Tensor


class Network(Protocol):
    """A network that enhances, on the device where it runs."""

    @property
    def name(self) -> str:
        """The name of the model."""

    @property
    def sha256(self) -> str:
        """The SHA-256 of its weight file, 64 hexadecimal digits."""

    def pieces(self, pixels: Samples) -> Iterator[Piece]:
        """Yield pieces that cover H×W×3 samples once; the whole picture is known to each.

        Raises TooManyPixelsError if the network takes no picture of this size.
        """


def to_device(tensor: Tensor, device: torch.device) -> Tensor:
    """Return a tensor on the device of a network, in the layout that suits convolutions."""
    return tensor.to(device).contiguous(memory_format=torch.channels_last)
