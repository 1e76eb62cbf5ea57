"""The types of the arrays that hold pixels."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
"""8-bit samples, 0…255; H×W×3 RGB unless stated otherwise."""

Samples: TypeAlias = NDArray[np.uint8 | np.uint16]
"""8-bit or 16-bit samples over their whole range: 0…255 or 0…65535."""

Floats: TypeAlias = NDArray[np.float32]
"""Float samples in [0, 1], unless stated otherwise; H×W×3 RGB, or H×W of one channel."""
