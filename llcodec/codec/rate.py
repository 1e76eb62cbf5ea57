"""Search the quality that meets a target size."""

import math
from collections.abc import Callable

from llcodec._bitstream import MAX_QUALITY, MIN_QUALITY, QUALITY_UNITS
from llcodec.errors import QualityError

LOWEST, HIGHEST = QUALITY_UNITS * MIN_QUALITY, QUALITY_UNITS * MAX_QUALITY
_CLOSE = 0.995  # the search ends at this share of the target size


def search_quality(encode: Callable[[int], bytes], target: int) -> bytes:
    """Return the largest file of at most ``target`` bytes.

    File sizes grow about exponentially with quality, so the search interpolates their logarithms
    between a quality that fits and one that does not.

    Args:
        encode: returns the file at a quality in 1/256.
        target: bytes.

    Raises:
        QualityError: when the file is too large even at quality 1.
    """
    best = encode(LOWEST)
    if len(best) > target:
        raise QualityError(f"{target} bytes cannot be reached: quality 1 takes {len(best)} bytes")
    highest = encode(HIGHEST)
    if len(highest) <= target:
        return highest
    low, high, above = LOWEST, HIGHEST, len(highest)
    while high - low > 1 and len(best) < _CLOSE * target:
        share = math.log(target / len(best)) / math.log(above / len(best))
        # Keep off the ends, so that both sides close in even where sizes are not log-linear.
        share = min(max(share, 0.1), 0.9)
        middle = min(max(low + round((high - low) * share), low + 1), high - 1)
        data = encode(middle)
        if len(data) <= target:
            low, best = middle, data
        else:
            high, above = middle, len(data)
    return best
