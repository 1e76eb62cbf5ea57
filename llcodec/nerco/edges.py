"""The high-pass filter of the edge path of the discriminators (section 3.3)."""

import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec.nerco.views import to_unit

_GREY = (65.738 / 256, 129.057 / 256, 25.064 / 256)
_FLOOR = 1e-6  # keeps the root differentiable where nothing changes
_GAIN = 4.0


def edges(x: Tensor) -> Tensor:
    """Return the edge maps of pictures in [−1, 1]: B×3×H×W in, B×3×H×W, equal planes, out.

    Four times the length of the grey gradient by central differences, of [0, 1] values. Borders
    are replicated, so that they do not count as edges.
    """
    weights = torch.tensor(_GREY, dtype=x.dtype, device=x.device)
    grey = F.pad(
        (to_unit(x) * weights.view(1, 3, 1, 1)).sum(1, keepdim=True), (1,) * 4, "replicate"
    )
    across = grey[:, :, 1:-1, 2:] - grey[:, :, 1:-1, :-2]
    along = grey[:, :, 2:, 1:-1] - grey[:, :, :-2, 1:-1]
    return (_GAIN * (across.square() + along.square() + _FLOOR).sqrt()).expand(-1, 3, -1, -1)
