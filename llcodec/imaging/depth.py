"""Convert 16 bits to 8, block by block to keep temporary memory small."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Samples

_BLOCK_PIXELS = 1 << 19


def row_blocks(width: int, height: int) -> Iterator[slice]:
    """Yield slices of rows that cover ``height``, each of about half a million pixels.

    Temporary arrays of the whole image in float or int32 would take many times its memory.
    """
    rows = max(1, _BLOCK_PIXELS // max(1, width))
    for top in range(0, height, rows):
        yield slice(top, min(height, top + rows))


def to_eight_bits(samples: Samples) -> NDArray[np.uint8]:
    """Round 0…65535 to the nearest of 0…255; 8-bit samples come back as they are."""
    if samples.dtype == np.uint8:
        return samples.astype(np.uint8, copy=False)
    out = np.empty(samples.shape, np.uint8)
    for rows in row_blocks(samples.shape[1], samples.shape[0]):
        # 65535 = 255 · 257, so this is exact rounding; uint32 keeps the sum from wrapping
        out[rows] = (samples[rows].astype(np.uint32) + 128) // 257
    return out
