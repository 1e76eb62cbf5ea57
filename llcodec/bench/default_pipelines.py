"""The pipelines that run unless others are asked for: those that can, as it is installed."""

from PIL import features

from llcodec._cards import shipped_codecs, shipped_enhancers
from llcodec._extras import missing

_BASE = "base"  # our own codec without enhancement


def default_pipelines() -> tuple[str, ...]:
    """Return the joint network, and every shipped enhancer and LIME before and after some codecs.

    These are JPEG, AVIF and our own ``base``; what did not ship, or has no library here, is left
    out.
    """
    codecs = ["jpeg"]
    if features.check("avif"):
        codecs.append("avif")
    if _BASE in shipped_codecs():
        codecs.append(_BASE)
    enhancers = list(shipped_enhancers())
    if not missing("skimage", "scipy"):
        enhancers.append("lime")
    return (
        "joint",
        *(f"ebc:{enhancer}+{codec}" for enhancer in enhancers for codec in codecs),
        *(f"cbe:{codec}+{enhancer}" for enhancer in enhancers for codec in codecs),
    )
