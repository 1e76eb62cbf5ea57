"""The position of a pixel in the complete picture, and its positional encoding γ (Eq. 3)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from llcodec.nerco.windows import Area


@dataclass(frozen=True)
class Coordinates:
    """Pixel centres of an area; −1 and 1 are the edges of the complete picture.

    ``rows`` is B×H and ``columns`` B×W, or 1×H and 1×W for a batch of equal areas.
    """

    rows: Tensor
    columns: Tensor

    def to(self, device: torch.device) -> "Coordinates":
        """Return the same coordinates on a device."""
        return Coordinates(self.rows.to(device), self.columns.to(device))

    def all_zero(self) -> "Coordinates":
        """Return the same number of coordinates, all of the centre of the picture."""
        return Coordinates(torch.zeros_like(self.rows), torch.zeros_like(self.columns))


def coordinates(
    height: int, width: int, area: Area | None = None, device: torch.device | None = None
) -> Coordinates:
    """Return the coordinates of an area, or all, of a picture of ``height``×``width`` pixels."""
    at = area or Area(0, 0, height, width)
    return Coordinates(
        _centres(at.top, at.height, height, device), _centres(at.left, at.width, width, device)
    )


def _centres(start: int, count: int, length: int, device: torch.device | None) -> Tensor:
    index = torch.arange(start, start + count, dtype=torch.float32, device=device)
    return ((2 * index + 1) / length - 1)[None]


def stacked(parts: Sequence[Coordinates]) -> Coordinates:
    """Return the coordinates of a batch of areas of equal size, one per picture."""
    return Coordinates(torch.cat([p.rows for p in parts]), torch.cat([p.columns for p in parts]))


def positional_encoding(x: Tensor, frequencies: int) -> Tensor:
    """Return γ(x), ...×2L: sin(2^i·π·x) for i = 0 … L − 1, then the cosines (Eq. 3)."""
    octaves = torch.arange(frequencies, dtype=x.dtype, device=x.device)
    angles = x[..., None] * (math.pi * 2**octaves)
    return torch.cat((angles.sin(), angles.cos()), -1)
