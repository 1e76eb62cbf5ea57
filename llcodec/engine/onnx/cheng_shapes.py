"""The shapes of the parameters of the family ``paper``."""

from llcodec.engine.onnx.shapes import Shapes, conv, residual, transformer
from llcodec.nets.constants import CHENG_LOCAL_BLOCKS, HYPER_STRIDES, PATCH
from llcodec.nets.presets import Preset, TransformerShape


def shapes(preset: Preset) -> Shapes:
    """Return the shapes of the transforms, of h_a and of the SNR-aware branch."""
    n = preset.latents
    found = _downsampling("g_a0.0", 3, n) | _block("g_a0.1", n) | _downsampling("g_a0.2", n, n)
    found |= _block("g_a1.layers.0", n) | _downsampling("g_a1.layers.1", n, n)
    found |= _block("g_a1.layers.2", n) | conv("g_a1.layers.3", n, n)
    for number in (0, 2, 4):
        found |= _block(f"g_s.{number}", n) | _upsampling(f"g_s.{number + 1}", n)
    found |= _block("g_s.6", n) | conv("g_s.7.0", n, 12)
    last = len(HYPER_STRIDES) - 1
    for number in range(len(HYPER_STRIDES)):
        found |= conv(f"h_a.{2 * number}", n, preset.hyper_latents if number == last else n)
    if preset.snr_branch:
        for stage in (0, 1):
            found |= _stage(stage, n, preset)
    return found


def _stage(stage: int, n: int, preset: Preset) -> Shapes:
    """Return the shapes of a stage of the SNR-aware branch, and of what it adapts."""
    name, adapting, features = f"snr_branch{stage}", f"f_a{stage}", preset.condition
    blocks = CHENG_LOCAL_BLOCKS[stage]
    found = conv(f"{name}.local.{blocks}", n, features)
    for number in range(blocks):
        found |= residual(f"{name}.local.{number}", n)
    found |= residual(f"{name}.front.0", n) | conv(f"{name}.front.1", n, features)
    shape = TransformerShape()
    inner = shape.heads * shape.head_width
    width = features * PATCH**2
    found |= transformer(f"{name}.transformer", width, shape.layers, inner, shape.ffn_width)
    found |= conv(f"{adapting}.hidden.0", features, n)
    return found | conv(f"{adapting}.out", n, 2 * n if preset.scale_and_shift else n)


def _block(name: str, n: int) -> Shapes:
    return conv(f"{name}.layers.0", n, n) | conv(f"{name}.layers.2", n, n)


def _downsampling(name: str, before: int, n: int) -> Shapes:
    found = conv(f"{name}.layers.0", before, n) | conv(f"{name}.layers.2", n, n)
    return found | _gdn(f"{name}.layers.3", n) | conv(f"{name}.skip", before, n, 1)


def _upsampling(name: str, n: int) -> Shapes:
    found = conv(f"{name}.layers.0.0", n, 4 * n) | conv(f"{name}.layers.2", n, n)
    return found | _gdn(f"{name}.layers.3", n) | conv(f"{name}.skip.0", n, 4 * n)


def _gdn(name: str, n: int) -> Shapes:
    return {f"{name}.beta": (n,), f"{name}.gamma": (n, n)}
