"""What Retinex methods share: pictures as numbers, and maps that are smooth but for their edges."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Pixels
from llcodec._extras import require

Values: TypeAlias = NDArray[np.float64]

_MOST_STEPS = 1000


def to_values(pixels: Pixels) -> Values:
    """Return 8-bit pixels as numbers in [0, 1]."""
    return pixels.astype(np.float64) / 255


def to_pixels(values: Values) -> Pixels:
    """Return numbers in [0, 1] (clipped) as 8-bit pixels."""
    return np.clip(np.round(values * 255), 0, 255).astype(np.uint8)


def smoothed(
    fidelity: Values,
    target: Values,
    strengths: Sequence[Values],
    start: Values,
    *,
    tolerance: float = 1e-4,
) -> Values:
    """Return the map T, H×W, that minimises Σ fidelity·T² − 2·target·T + Σ strength·(∂T)².

    Solved by conjugate gradients.

    Args:
        fidelity: H×W, positive.
        target: H×W; T is target / fidelity where nothing is smoothed.
        strengths: between vertical neighbours, (H−1)×W, and horizontal ones, H×(W−1).
        start: a first guess, H×W.
        tolerance: of the residual, relative to the target.
    """
    sparse = require("scipy.sparse", "bench")
    solvers = require("scipy.sparse.linalg", "bench")
    number = np.arange(target.size).reshape(target.shape)
    first = np.concatenate([number[:-1].ravel(), number[:, :-1].ravel()])
    second = np.concatenate([number[1:].ravel(), number[:, 1:].ravel()])
    strength = np.concatenate([one.ravel() for one in strengths])
    middle = fidelity.ravel().copy()
    np.add.at(middle, first, strength)
    np.add.at(middle, second, strength)
    rows = np.concatenate([first, second, number.ravel()])
    columns = np.concatenate([second, first, number.ravel()])
    matrix = sparse.csr_array((np.concatenate([-strength, -strength, middle]), (rows, columns)))
    solution, _ = solvers.cg(
        matrix,
        target.ravel(),
        x0=start.ravel(),
        rtol=tolerance,
        maxiter=_MOST_STEPS,
        M=sparse.diags_array(1 / middle),
    )
    out: Values = solution.reshape(target.shape)
    return out
