"""The causal context of a latent: the neighbours that are decoded before it, in a coding order.

Shared by the float networks (``llcodec.nets``) and the integer ones (``llcodec.entropy``).
"""

from typing import Literal

from llcodec._bitstream import CONTEXT_KERNEL

CodingOrder = Literal["checkerboard", "serial"]
MARGIN = CONTEXT_KERNEL // 2
"""The furthest neighbour that is seen, in latents along each axis."""

Taps = tuple[tuple[int, int], ...]
"""The (row, column) offsets of neighbours, in raster order."""


def context_taps(order: CodingOrder) -> Taps:
    """Return the neighbours of the 5×5 square that are decoded before its middle.

    ``serial`` is the causal half of raster order (mask type A of van den Oord et al. 2016);
    ``checkerboard`` is the other colour of the board (He et al., CVPR 2021).
    """
    reach = range(-MARGIN, MARGIN + 1)
    square = ((row, column) for row in reach for column in reach)
    if order == "serial":
        return tuple(at for at in square if at < (0, 0))
    return tuple((row, column) for row, column in square if (row + column) % 2)


def square_taps(margin: int = 1) -> Taps:
    """Return all places of the square around a position, itself included: 3×3 by default."""
    reach = range(-margin, margin + 1)
    return tuple((row, column) for row in reach for column in reach)
