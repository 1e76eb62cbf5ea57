"""The shapes of the parameters of a codec, and the presets that a codec can have."""

from typing import Final

from llcodec._bitstream import LINEAR_KERNEL, QUALITY_LEVELS
from llcodec.engine.onnx import cheng_shapes, fast_shapes, tone
from llcodec.engine.onnx.layers import Arrays
from llcodec.engine.onnx.shapes import Shapes, check_arrays
from llcodec.errors import BrokenModelError
from llcodec.nets.constants import ATTENTION_HEADS
from llcodec.nets.presets import Preset

_MOST: Final = 2**16  # channels or blocks: far above any preset


def check(preset: Preset, arrays: Arrays) -> None:
    """Check that a graph can be made for a preset from these arrays.

    Raises:
        BrokenModelError: if the preset is impossible, or if the arrays are not its parameters.
    """
    if preset.family not in ("fast", "paper") or preset.snr not in ("published", "robust"):
        raise BrokenModelError("the weight file has a preset of an unknown kind")
    _check_sizes(preset, len(arrays))
    check_arrays(arrays, codec_shapes(preset))


def _check_sizes(preset: Preset, arrays: int) -> None:
    """Raise BrokenModelError unless a preset, which may come from anywhere, has possible values."""
    channels = (preset.latents, preset.hyper_latents, preset.hyper_hidden, preset.condition)
    blocks = preset.decoder_blocks or preset.blocks
    fours = (preset.widths, preset.blocks, blocks)
    if not all(isinstance(four, tuple) and len(four) == 4 for four in fours):
        raise BrokenModelError("the weight file has a preset without four sizes")
    positive = (*channels, *preset.widths[1:], preset.tone_members)
    counts = (*preset.blocks, *blocks, preset.widths[0])
    whole = all(type(n) is int and n <= _MOST for n in (*positive, *counts))
    if not whole or min(positive) < 1 or min(counts) < 0:
        raise BrokenModelError("the weight file has a preset of impossible sizes")
    # Every block and every member has arrays of its own.
    if max(preset.tone_members, *preset.blocks, *blocks) > arrays:
        raise BrokenModelError("the weight file has a preset far larger than its weights")
    pooled = preset.snr_branch and preset.family == "fast"
    if pooled and preset.condition % ATTENTION_HEADS:
        raise BrokenModelError("the weight file has a preset whose attention cannot be split")


def codec_shapes(preset: Preset) -> Shapes:
    """Return the shapes of all parameters of a codec.

    Those of networks that are stored as integers are left out.
    """
    family = fast_shapes.shapes if preset.family == "fast" else cheng_shapes.shapes
    latents = preset.latents
    shapes: Shapes = {"latent_scale": (latents,), "coded_scale": (latents,)}
    shapes |= family(preset)
    if preset.variable_rate:
        for name in ("log_gain", "log_inverse"):
            shapes[f"gain.{name}"] = (QUALITY_LEVELS, latents)
    if preset.global_tone:
        shapes |= tone.shapes(preset)
    if preset.linear_path:
        for name in ("linear_analysis.conv", "linear_synthesis"):
            shapes[f"{name}.weight"] = (latents, 3, LINEAR_KERNEL, LINEAR_KERNEL)
    return shapes
