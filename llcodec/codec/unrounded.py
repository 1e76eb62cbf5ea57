"""Latents that are not rounded: of them, synthesis makes the best output that a model has."""

from llcodec._arrays import Floats
from llcodec.engine.protocol import Transforms

# The finest quality. The product of a gain and its inverse is not 1: training lets it shrink what
# rounding made uncertain, and synthesis has never seen latents without that. On LOL val this is
# 0.16 dB better than latents as they are, and as good as any other quality within 0.02 dB.
_FINEST = 8.0


def unrounded(transforms: Transforms, latents: Floats, quality: float = _FINEST) -> Floats:
    """Return latents M×h×w, without gain, as a decoder would have them if none were rounded."""
    factor = transforms.gain(quality) * transforms.inverse_gain(quality)
    scaled: Floats = latents * factor[:, None, None]
    return scaled
