"""What every enhancer makes of a picture: finished rectangles, one after the other.

So a picture of any size is enhanced in bounded memory: no float copy of the whole ever exists.
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

    ``rows`` and ``columns`` say where it lies; ``values`` are 1×3×h×w, sRGB-encoded, within [0, 1]
    but for overshoots.
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
    """Return a tensor where a network runs, laid out as its convolutions like it."""
    return tensor.to(device).contiguous(memory_format=torch.channels_last)
