"""The high-pass filter of the edge path of the discriminators (section 3.3)."""

import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec.nerco.views import to_unit

_GREY = (65.738 / 256, 129.057 / 256, 25.064 / 256)
_FLOOR = 1e-6  # keeps the square root differentiable at zero
_GAIN = 4.0


def edges(x: Tensor) -> Tensor:
    """Return the edge maps, B×3×H×W with three equal planes, of pictures B×3×H×W in [−1, 1].

    They are four times the length of the grey gradient of values in [0, 1], by central differences.
    Borders are replicated, so that they are not edges.
    """
    weights = torch.tensor(_GREY, dtype=x.dtype, device=x.device)
    grey = F.pad(
        (to_unit(x) * weights.view(1, 3, 1, 1)).sum(1, keepdim=True), (1,) * 4, "replicate"
    )
    across = grey[:, :, 1:-1, 2:] - grey[:, :, 1:-1, :-2]
    along = grey[:, :, 2:, 1:-1] - grey[:, :, :-2, 1:-1]
    return (_GAIN * (across.square() + along.square() + _FLOOR).sqrt()).expand(-1, 3, -1, -1)
