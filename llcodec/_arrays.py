"""Arrays: those that hold pixels, and those of weight files."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
"""8-bit samples, 0…255; H×W×3 RGB unless stated otherwise."""

Samples: TypeAlias = NDArray[np.uint8 | np.uint16]
"""8-bit or 16-bit samples over their whole range: 0…255 or 0…65535."""

Floats: TypeAlias = NDArray[np.float32]
"""Float samples in [0, 1], unless stated otherwise; H×W×3 RGB, or H×W of one channel."""

Arrays: TypeAlias = dict[str, NDArray[Any]]
"""The arrays of a weight file, or the parameters of a network, by name."""


def white_level(samples: Samples) -> int:
    """Return the sample value of white."""
    return 65535 if samples.dtype == np.uint16 else 255


def to_floats(samples: Samples) -> NDArray[np.float32]:
    """Return samples as floats in [0, 1]."""
    return samples.astype(np.float32) / np.float32(white_level(samples))
