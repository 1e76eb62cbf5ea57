"""The shapes of the parameters of a codec, and the presets that a codec can have."""

from typing import Final

from llcodec._bitstream import LINEAR_KERNEL, QUALITY_LEVELS
from llcodec._extras import install
from llcodec.engine.onnx import tone
from llcodec.engine.onnx.layers import Arrays
from llcodec.engine.onnx.shapes import Shapes, check_arrays, conv, linear, norm, residuals
from llcodec.errors import BrokenModelError, ModelError
from llcodec.nets.constants import ATTENTION_HEADS
from llcodec.nets.presets import Preset

_PLANES = 7  # of the input of g_a0
_MOST: Final = 2**16  # channels or blocks: far above any preset


def check(preset: Preset, arrays: Arrays) -> None:
    """Check that a graph can be made for a preset from these arrays.

    Raises:
        ModelError: if the preset is one that only PyTorch can run.
        BrokenModelError: if the preset is impossible, or if the arrays are not its parameters.
    """
    if preset.family not in ("fast", "paper") or preset.snr not in ("published", "robust"):
        raise BrokenModelError("the weight file has a preset of an unknown kind")
    if preset.family == "paper":
        raise ModelError(
            f"the published network needs PyTorch: {install('torch')}, and --engine torch"
        )
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
    if preset.snr_branch and preset.condition % ATTENTION_HEADS:
        raise BrokenModelError("the weight file has a preset whose attention cannot be split")


def codec_shapes(preset: Preset) -> Shapes:
    """Return the shapes of all parameters of a codec of the family ``fast``.

    Those of networks that are stored as integers are left out.
    """
    latents = preset.latents
    shapes: Shapes = {"latent_scale": (latents,), "coded_scale": (latents,)}
    shapes |= _analysis0(preset) | _analysis1(preset) | _synthesis(preset)
    hidden = preset.hyper_hidden
    for number, before, after in ((0, latents, hidden), (2, hidden, hidden), (4, hidden, None)):
        shapes |= conv(f"h_a.{number}", before, after or preset.hyper_latents)
    if preset.snr_branch:
        _, quarter, _, sixteenth = preset.widths
        shapes |= _stage(0, quarter, preset.condition, quarter, preset)
        shapes |= _stage(1, sixteenth, 2 * preset.condition, latents, preset)
    if preset.variable_rate:
        for name in ("log_gain", "log_inverse"):
            shapes[f"gain.{name}"] = (QUALITY_LEVELS, latents)
    if preset.global_tone:
        shapes |= tone.shapes(preset)
    if preset.linear_path:
        for name in ("linear_analysis.conv", "linear_synthesis"):
            shapes[f"{name}.weight"] = (latents, 3, LINEAR_KERNEL, LINEAR_KERNEL)
    return shapes


def _analysis0(preset: Preset) -> Shapes:
    (half, quarter, _, _), blocks = preset.widths, preset.blocks
    if not half:
        first = conv("g_a0.layers.1", 16 * _PLANES, quarter)
        return first | residuals("g_a0.layers", 3, quarter, blocks[1])
    shapes = conv("g_a0.layers.1", 4 * _PLANES, half)
    shapes |= residuals("g_a0.layers", 3, half, blocks[0])
    shapes |= conv(f"g_a0.layers.{3 + blocks[0]}", half, quarter)
    return shapes | residuals("g_a0.layers", 5 + blocks[0], quarter, blocks[1])


def _analysis1(preset: Preset) -> Shapes:
    (_, quarter, eighth, sixteenth), blocks = preset.widths, preset.blocks
    shapes = conv("g_a1.layers.0", quarter, eighth)
    shapes |= residuals("g_a1.layers", 2, eighth, blocks[2])
    shapes |= conv(f"g_a1.layers.{2 + blocks[2]}", eighth, sixteenth)
    shapes |= residuals("g_a1.layers", 4 + blocks[2], sixteenth, blocks[3])
    return shapes | conv("g_a1.to_latent", sixteenth, preset.latents)


def _synthesis(preset: Preset) -> Shapes:
    half, *widths = preset.widths
    blocks = preset.decoder_blocks or preset.blocks
    shapes = conv("g_s.layers.0", preset.latents, widths[-1])
    number, channels = 2, widths[-1]
    sizes = [*reversed(widths[:-1]), *([half] if half else [])]
    for count, narrower in zip(blocks[:0:-1], sizes, strict=False):
        shapes |= residuals("g_s.layers", number, channels, count)
        shapes |= conv(f"g_s.layers.{number + count}.0", channels, 4 * narrower)
        number, channels = number + count + 2, narrower
    last = blocks[0] if half else blocks[1]
    shapes |= residuals("g_s.layers", number, channels, last)
    return shapes | conv(f"g_s.layers.{number + last}", channels, 12 if half else 48)


def _stage(number: int, channels: int, features: int, adapted: int, preset: Preset) -> Shapes:
    """Return the shapes of a stage of the SNR-aware branch, and of what it adapts."""
    branch, attention = f"snr_branch{number}", f"snr_branch{number}.nonlocal_"
    shapes = conv(f"{branch}.local.0", channels, features)
    shapes |= residuals(f"{branch}.local", 1, features, 1)
    shapes |= conv(f"{branch}.reduce", channels, features, 1)
    for name in ("norm", "ffn.0"):
        shapes |= norm(f"{attention}.{name}", features)
    shapes |= linear(f"{attention}.qkv", features, 3 * features, bias=False)
    for name, before, after in (("out", 1, 1), ("ffn.1", 1, 2), ("ffn.3", 2, 1)):
        shapes |= linear(f"{attention}.{name}", before * features, after * features)
    shapes |= conv(f"f_a{number}.hidden.0", features, features)
    outputs = 2 * adapted if preset.scale_and_shift else adapted
    return shapes | conv(f"f_a{number}.out", features, outputs)
