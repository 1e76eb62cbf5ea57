"""The output of every enhancer: finished rectangles, one after the other.

This bounds the memory for pictures of any size: there is never a float copy of the whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from llcodec._arrays import Floats, Samples


@dataclass(frozen=True, eq=False)
class Piece:
    """A rectangle of the enhanced picture.

    ``rows`` and ``columns`` are its place; ``values`` are h×w×3, sRGB-encoded, within [0, 1]
    except for overshoots.
    """

    rows: slice
    columns: slice
    values: Floats


class Network(Protocol):
    """A network that enhances, on the engine and device where it runs."""

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
