"""Numbers that belong to the trained networks, whatever library runs them."""

from typing import Final

MARGIN: Final = 1 / 1024
"""By how much black and white are moved inwards before log-odds: a quarter of an 8-bit level."""

LEAST_DEVIATION: Final = 0.1
"""Of log-odds; that of an evenly lit wall."""

CODE: Final = 64
"""Numbers of the learned code of a picture."""

CODE_WIDTH: Final = 32
"""Channels inside the network that computes the code."""

HIDDEN_LAYERS: Final = 3
"""Of the MLP that redraws pictures."""

SQUEEZE: Final = 16
LEAST_SQUEEZED: Final = 4
"""The channels of CAM's bottleneck are a sixteenth, and four at least."""

LEAST_ATTENTION: Final = 1e-6
"""What attention is at least divided by."""

SMOOTHINGS: Final = (1, 3, 7)
"""Pixels a side of the squares that are averaged before a picture is brightened."""

SHARPEST: Final = (4.0, 0.0, 0.0)
"""Their logits where nothing is brightened."""

SMOOTHER: Final = (0.0, 3.5, 3.0)
"""What these gain for each unit of the first shift."""

STEM_KERNEL: Final = 7
"""Pixels a side of the first and last kernels of ``paper``, and of the one of CAM's map."""
