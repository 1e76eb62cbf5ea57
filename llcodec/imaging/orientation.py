"""The eight EXIF orientations, applied to arrays."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_T = TypeVar("_T", bound=np.generic)

# how the stored rows and columns become the upright ones
_TURNS: dict[int, Callable[[NDArray[_T]], NDArray[_T]]] = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: a.swapaxes(0, 1)[:, ::-1],
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: a.swapaxes(0, 1)[::-1],
}


def apply_orientation(samples: NDArray[_T], orientation: int) -> NDArray[_T]:
    """Turn an H×W or H×W×C array upright from EXIF orientation 1…8; no copy for 1."""
    turn = _TURNS.get(orientation)
    return samples if turn is None else np.ascontiguousarray(turn(samples))
