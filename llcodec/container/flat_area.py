"""An area of one colour in a corner of the picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from llcodec.container.header import Header

CORNERS: Final = 4

MAX_ROWS: Final = 1 << 18
"""Rows of all flat areas of one file."""


@dataclass(frozen=True, slots=True)
class FlatArea:
    """An area that starts in a corner, has one colour, and narrows from row to row.

    Attributes:
        corner: 0 top left, 1 top right, 2 bottom left, 3 bottom right.
        colour: its red, green and blue, as samples of the picture.
        width: of the picture, in pixels.
        lengths: how many pixels of each row belong to it, from the corner on; never rising, and
            at most ``width``. Rows after the last have none.

    Raises:
        ValueError: when the corner or the lengths are not like that.
    """

    corner: int
    colour: tuple[int, int, int]
    width: int
    lengths: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.corner not in range(CORNERS):
            raise ValueError(f"there is no corner {self.corner}")
        if min(self.steps, default=0) < 0 or min(self.lengths, default=0) < 0:
            raise ValueError("its rows do not get narrower")

    @property
    def steps(self) -> tuple[int, ...]:
        """By how much each row is shorter than the one before it; the first than the picture."""
        before = (self.width, *self.lengths)
        return tuple(one - other for one, other in zip(before, self.lengths, strict=False))

    @classmethod
    def of_steps(
        cls, corner: int, colour: tuple[int, int, int], width: int, steps: Sequence[int]
    ) -> "FlatArea":
        """Return the area of these steps; raises ValueError where they make none."""
        lengths = tuple(accumulate(steps, lambda length, step: length - step, initial=width))[1:]
        return cls(corner, colour, width, lengths)

    def check_within(self, header: Header) -> None:
        """Check that a picture can have this area.

        Raises:
            ValueError: when it cannot.
        """
        if self.width != header.width or len(self.lengths) > header.height:
            raise ValueError("a flat area lies beyond the picture")
        white = 65535 if header.sixteen_bit else 255
        if not 0 <= min(self.colour) <= max(self.colour) <= white:
            raise ValueError(f"a flat area has samples above {white}")
        if header.grey and len(set(self.colour)) > 1:
            raise ValueError("a flat area has a colour, but the picture is grey")
