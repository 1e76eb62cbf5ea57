"""Which symbols an encoder writes: the nearest, or the one before it where that saves many bits.

Rate–distortion optimised quantisation, as video encoders have it. Decoders know nothing of it.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from llcodec._bitstream import ESCAPE_BITS
from llcodec.entropy.rans import CoderTable

# What a bit is worth, in squares of a step. Uniform quantisation at high rates trades at
# ln(2)/6 = 0.12; half of that is best at all qualities here, and saves 3 to 5 % of the bits.
LAMBDA = 0.05
_REACH = 32  # symbols beyond are rare, and stay as they are


def bit_savings(tables: Sequence[CoderTable]) -> Tensor:
    """Return S×32: the bits that symbol ±(n + 1) takes more than ±n under each scale table."""
    rows = []
    for table in tables:
        of_symbol = np.full(_REACH + 1, table.bits[table.escape] + ESCAPE_BITS)
        at = np.arange(_REACH + 1) - table.first
        inside = (at >= 0) & (at < table.escape)
        of_symbol[inside] = table.bits[at[inside]]
        rows.append(np.diff(of_symbol))
    return torch.from_numpy(np.stack(rows))


def rdo_quantise(exact: Tensor, index: Tensor, saved: Tensor) -> Tensor:
    """Return whole numbers for residuals, in steps, that are coded under the tables ``index``.

    All are M×N. Of the nearest symbol n and the one before it, that with the smaller
    distance² + TRADE · bits is taken: (|x| − n + 1)² − (|x| − n)² = 2·(|x| − n) + 1.
    """
    size = exact.abs()
    near = size.round()
    small = (near >= 1) & (near <= _REACH)
    step = (near.clamp(1, _REACH) - 1).long()
    less = small & (2 * (size - near) + 1 < LAMBDA * saved[index, step])
    return exact.sign() * (near - less.to(near.dtype))
