"""The order in which the latents of a tile are coded, and the neighbours that each one sees."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from llcodec._bitstream import CONTEXT_KERNEL, WAVEFRONT_SLOPE
from llcodec.nets.hyperprior import CodingOrder, context_mask

MARGIN = CONTEXT_KERNEL // 2


@dataclass(frozen=True)
class Positions:
    """Latents that are coded together: their rows and columns, N integers each."""

    rows: Tensor
    columns: Tensor

    def chunks(self, size: int) -> Iterator["Positions"]:
        """Yield the positions in pieces of at most ``size``."""
        for rows, columns in zip(
            torch.split(self.rows, size), torch.split(self.columns, size), strict=True
        ):
            if len(rows):
                yield Positions(rows, columns)


def coding_order(order: CodingOrder, height: int, width: int) -> tuple[Positions, ...]:
    """Return the groups of positions in coding order, each group in raster order.

    No position of the first group sees a decoded neighbour. ``checkerboard`` has two groups.
    ``serial`` is raster order in wavefronts: with a 5×5 context, all positions of equal
    column + 3·row are independent of each other, so each such diagonal is a group.
    """
    rows = torch.arange(height).repeat_interleave(width)
    columns = torch.arange(width).repeat(height)
    if order == "checkerboard":
        key = (rows + columns) % 2
        count = 2
    else:
        key = columns + WAVEFRONT_SLOPE * rows
        count = width + WAVEFRONT_SLOPE * (height - 1)
    sorted_key, by_key = key.sort(stable=True)
    sizes = torch.bincount(sorted_key, minlength=count).tolist()
    return tuple(Positions(rows[at], columns[at]) for at in torch.split(by_key, sizes))


def context_taps(order: CodingOrder) -> tuple[tuple[int, int], ...]:
    """Return the (row, column) offsets, in raster order, of the neighbours that are seen."""
    rows, columns = context_mask(order).nonzero(as_tuple=True)
    return tuple(zip((rows - MARGIN).tolist(), (columns - MARGIN).tolist(), strict=True))


def gather_neighbours(padded: Tensor, at: Positions, taps: tuple[tuple[int, int], ...]) -> Tensor:
    """Return M·taps×N columns of a plane M×(h+4)×(w+4) that has a margin of two around it."""
    seen = [padded[:, at.rows + (MARGIN + r), at.columns + (MARGIN + c)] for r, c in taps]
    return torch.stack(seen, 1).flatten(0, 1)
