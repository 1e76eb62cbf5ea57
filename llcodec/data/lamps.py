"""Synthetic lamps: light on parts of a picture, with everything else in shadow.

Pairs of a darkened room and the same room in daylight contain nothing that is already bright, such
as a lantern, a lit window or a sign. Darkened photographs with lamps do.
"""

from dataclasses import dataclass

import numpy as np

from llcodec._arrays import Floats
from llcodec.nets.constants import THUMBNAIL_SIZE

_MOST_LAMPS = 5
_FAINTEST, _STRONGEST = (
    1 / 50,
    1 / 5,
)  # the light in the shadows, as a share of the light of the lamps


@dataclass(frozen=True)
class Lamp:
    """An ellipse of light. Lengths are shares of the shorter side of the picture.

    Attributes:
        x, y: the centre, as shares of width and height.
        across, along: the semi-axes.
        turn: the angle of the first axis, in radians.
        edge: the share of the semi-axes over which the light falls off, 0 … 1.
    """

    x: float
    y: float
    across: float
    along: float
    turn: float
    edge: float


@dataclass(frozen=True)
class Lighting:
    """Lamps, and the light everywhere else, as a share of theirs, 0 … 1."""

    lamps: tuple[Lamp, ...]
    shadow: float

    def on(self, height: int, width: int) -> Floats:
        """Return the light on a picture, H×W×1, from ``shadow`` to 1."""
        rows, columns = (np.arange(size, dtype=np.float32) + 0.5 for size in (height, width))
        return self.at(rows, columns, height, width)

    def on_thumbnail(self, height: int, width: int) -> Floats:
        """Return the light on the thumbnail, 100×150×1, of a picture of H×W pixels of any shape."""
        rows, columns = (
            (np.arange(count, dtype=np.float32) + 0.5) * np.float32(length / count)
            for count, length in zip(THUMBNAIL_SIZE, (height, width), strict=True)
        )
        return self.at(rows, columns, height, width)

    def at(self, rows: Floats, columns: Floats, height: int, width: int) -> Floats:
        """Return the light, R×C×1 from ``shadow`` to 1, on a part of a picture of H×W pixels.

        ``rows``, R, and ``columns``, C, are centres in pixels; that of the first pixel is 0.5.
        """
        lit = np.zeros((len(rows), len(columns)), np.float32)
        side = min(height, width)
        for lamp in self.lamps:
            down = (rows[:, None] - lamp.y * height) / side
            right = (columns - lamp.x * width) / side
            cosine, sine = np.float32(np.cos(lamp.turn)), np.float32(np.sin(lamp.turn))
            first = (right * cosine + down * sine) / np.float32(lamp.across)
            second = (down * cosine - right * sine) / np.float32(lamp.along)
            distance = np.sqrt(first * first + second * second)
            np.maximum(lit, np.clip((1 - distance) / np.float32(lamp.edge), 0, 1), out=lit)
        smooth = lit * lit * (3 - 2 * lit)
        light: Floats = (np.float32(self.shadow) ** (1 - smooth)).astype(np.float32)
        return light[..., None]


def random_lighting(rng: np.random.Generator) -> Lighting:
    """Draw one to five lamps, from sharp ones like a lit sign to soft ones like a street lamp."""
    lamps = tuple(
        Lamp(
            x=float(rng.uniform()),
            y=float(rng.uniform()),
            across=float(np.exp(rng.uniform(np.log(0.08), np.log(0.5)))),
            along=float(np.exp(rng.uniform(np.log(0.08), np.log(0.5)))),
            turn=float(rng.uniform(0, np.pi)),
            edge=float(np.exp(rng.uniform(np.log(0.02), 0))),
        )
        for _ in range(int(rng.integers(1, _MOST_LAMPS + 1)))
    )
    return Lighting(lamps, float(np.exp(rng.uniform(np.log(_FAINTEST), np.log(_STRONGEST)))))
