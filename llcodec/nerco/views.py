"""The input of the networks: a picture or a crop of one, and an overview of the picture.

Pictures are in [0, 1] outside this package, and in [−1, 1] inside it.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from llcodec.errors import InputError
from llcodec.nerco.coordinates import Coordinates, coordinates
from llcodec.nerco.windows import STRIDE, Area
from llcodec.nets.constants import THUMBNAIL_SIZE
from llcodec.nets.tone import thumbnail


@dataclass(frozen=True)
class View:
    """A crop of a picture as input of the networks.

    ``picture`` is the crop, B×3×H×W in [−1, 1] with H and W multiples of 4. ``overview``,
    B×3×100×152, is the complete picture averaged down, the only input about the complete picture.
    ``coordinates`` are the position of the crop in the complete picture.
    """

    picture: Tensor
    overview: Tensor
    coordinates: Coordinates

    def with_picture(self, picture: Tensor, overview: Tensor) -> "View":
        """Return the view of another picture at the same position."""
        return View(picture, overview, self.coordinates)

    def of_overview(self) -> "View":
        """Return the overview as a view of the complete picture."""
        height, width = self.overview.shape[-2:]
        at = coordinates(*THUMBNAIL_SIZE, Area(0, 0, height, width), self.overview.device)
        return View(self.overview, self.overview, at)


def view(picture: Tensor, small: Tensor, at: Coordinates) -> View:
    """Return the view of a crop of a picture.

    ``picture`` is the crop, B×3×H×W, and ``small`` the thumbnail of the complete picture,
    B×3×100×150; both in [0, 1]. Raises InputError if H or W is not a multiple of 4.
    """
    if picture.shape[-2] % STRIDE or picture.shape[-1] % STRIDE:
        raise InputError(f"crops must be a multiple of {STRIDE} pixels")
    return View(to_signed(picture), to_overview(small), at)


def view_of_whole(picture: Tensor) -> View:
    """Return the view of complete pictures B×3×H×W in [0, 1], H and W multiples of 4."""
    at = coordinates(picture.shape[-2], picture.shape[-1], device=picture.device)
    return view(picture, thumbnail(picture), at)


def to_signed(x: Tensor) -> Tensor:
    """Map [0, 1] to [−1, 1]."""
    return 2 * x - 1


def to_unit(x: Tensor) -> Tensor:
    """Map [−1, 1] to [0, 1], clamped."""
    return ((x + 1) / 2).clamp(0, 1)


def to_overview(small: Tensor) -> Tensor:
    """Return thumbnails B×3×100×150 in [0, 1] as overviews B×3×100×152 in [−1, 1]."""
    return to_signed(pad_by_reflection(small))


def pad_by_reflection(x: Tensor, least: int = STRIDE) -> Tensor:
    """Pad B×C×H×W at the bottom and right to multiples of 4, and at least ``least`` pixels."""
    height, width = x.shape[-2:]
    below, right = (max(-n % STRIDE, least - n) for n in (height, width))
    x = torch.cat((x, _reflected(x, below, 2)), 2) if below else x
    return torch.cat((x, _reflected(x, right, 3)), 3) if right else x


def _reflected(x: Tensor, count: int, dim: int) -> Tensor:
    """Return the ``count`` rows or columns that continue ``x`` by repeated reflection."""
    last = x.shape[dim] - 1
    index = torch.arange(last + 1, last + 1 + count, device=x.device)
    index = last - (index % (2 * last) - last).abs() if last else torch.zeros_like(index)
    return x.index_select(dim, index)
