"""The shapes of the parameters of the family ``fast``."""

from llcodec.engine.onnx.shapes import Shapes, conv, linear, norm, residuals
from llcodec.nets.presets import Preset

_PLANES = 7  # of the input of g_a0


def shapes(preset: Preset) -> Shapes:
    """Return the shapes of the transforms, of h_a and of the SNR-aware branch."""
    latents, hidden = preset.latents, preset.hyper_hidden
    found = _analysis0(preset) | _analysis1(preset) | _synthesis(preset)
    found |= conv("h_a.0", latents, hidden) | conv("h_a.2", hidden, hidden)
    found |= conv("h_a.4", hidden, preset.hyper_latents)
    if preset.snr_branch:
        _, quarter, _, sixteenth = preset.widths
        found |= _stage(0, quarter, preset.condition, quarter, preset)
        found |= _stage(1, sixteenth, 2 * preset.condition, latents, preset)
    return found


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
