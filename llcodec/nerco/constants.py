"""Constants of the trained networks, which all engines share."""

from typing import Final

MARGIN: Final = 1 / 1024
"""The distance by which black and white are moved inwards for log-odds, a quarter of a level."""

LEAST_DEVIATION: Final = 0.1
"""The smallest deviation of log-odds, that of an evenly lit wall."""

CODE: Final = 64
"""The length of the learned code of a picture."""

CODE_WIDTH: Final = 32
"""Channels inside the network that computes the code."""

HIDDEN_LAYERS: Final = 3
"""The number of hidden layers of the MLP of NRN."""

SQUEEZE: Final = 16
LEAST_SQUEEZED: Final = 4
"""The bottleneck of CAM has a sixteenth of the channels, at least four."""

LEAST_ATTENTION: Final = 1e-6
"""The smallest divisor of attention."""

SMOOTHINGS: Final = (1, 3, 7)
"""The sides, in pixels, of the squares that are averaged before a picture is brightened."""

SHARPEST: Final = (4.0, 0.0, 0.0)
"""Their logits if nothing is brightened."""

SMOOTHER: Final = (0.0, 3.5, 3.0)
"""The increase of these logits per unit of the first shift."""

STEM_KERNEL: Final = 7
"""The side, in pixels, of the first and last kernels of ``paper``, and of that of CAM's map."""
