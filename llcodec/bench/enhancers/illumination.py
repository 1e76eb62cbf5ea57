"""The illumination map of LIME: smooth but where the picture has structure.

T minimises ‖T̂ − T‖² + α Σ_d W_d (∂_d T)² / (|∂_d T̂| + ε), a sparse linear system (Eq. 19 of Guo,
Li and Ling, "LIME", TIP 2017), for the first guess T̂: the largest channel of each pixel.
"""

import numpy as np
from numpy.typing import NDArray

from llcodec._extras import require

Values = NDArray[np.float64]
_EPSILON = 1e-3
_TOLERANCE = 1e-4
_MOST_STEPS = 1000


def refined(guess: Values, alpha: float, sigma: float) -> Values:
    """Return T of a guess T̂, H×W in [0, 1].

    ``sigma`` is the width of the window in which gradients are averaged for the weights W.
    """
    sparse = require("scipy.sparse", "bench")
    solvers = require("scipy.sparse.linalg", "bench")
    number = np.arange(guess.size).reshape(guess.shape)
    first = np.concatenate([number[:-1].ravel(), number[:, :-1].ravel()])
    second = np.concatenate([number[1:].ravel(), number[:, 1:].ravel()])
    strength = alpha * np.concatenate([_weights(guess, axis, sigma).ravel() for axis in (0, 1)])
    middle = np.ones(guess.size)
    np.add.at(middle, first, strength)
    np.add.at(middle, second, strength)
    rows = np.concatenate([first, second, number.ravel()])
    columns = np.concatenate([second, first, number.ravel()])
    matrix = sparse.csr_array((np.concatenate([-strength, -strength, middle]), (rows, columns)))
    solution, _ = solvers.cg(
        matrix,
        guess.ravel(),
        x0=guess.ravel(),
        rtol=_TOLERANCE,
        maxiter=_MOST_STEPS,
        M=sparse.diags_array(1 / middle),
    )
    out: Values = solution.reshape(guess.shape)
    return out


def _weights(guess: Values, axis: int, sigma: float) -> Values:
    """Return W / (|∂T̂| + ε) between neighbours along an axis (strategy III of the paper).

    W is one over the average gradient around: small where edges agree, and large where gradients
    of texture and noise cancel each other.
    """
    ndimage = require("scipy.ndimage", "bench")
    gradient = np.diff(guess, axis=axis)
    around = np.abs(ndimage.gaussian_filter(gradient, sigma, mode="nearest"))
    out: Values = 1 / (around + _EPSILON) / (np.abs(gradient) + _EPSILON)
    return out
