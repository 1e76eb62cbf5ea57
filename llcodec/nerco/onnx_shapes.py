"""The shapes of the parameters of NeRCo in weight files: NRN, ME and G_H."""

from itertools import pairwise

from llcodec.engine.onnx.layers import Arrays
from llcodec.engine.onnx.shapes import Shapes, check_arrays, conv, linear, residual, residuals
from llcodec.errors import BrokenModelError
from llcodec.nerco.constants import (
    CODE,
    CODE_WIDTH,
    HIDDEN_LAYERS,
    LEAST_SQUEEZED,
    SMOOTHINGS,
    SQUEEZE,
    STEM_KERNEL,
)
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.switches import NercoSwitches


def check(preset: NercoPreset, switches: NercoSwitches, arrays: Arrays) -> None:
    """Raise BrokenModelError unless the arrays are the parameters of a preset."""
    blocks = preset.extractor_blocks, preset.mask_blocks, preset.enhancer_blocks
    widths = (
        preset.extractor_width,
        preset.features,
        preset.neighbourhood,
        preset.mlp_width,
        preset.mask_width,
        preset.enhancer_width // 2,
        preset.frequencies,
    )
    if min(widths) < 1 or max(blocks) > len(arrays):
        raise BrokenModelError("the weight file has a preset that does not fit its weights")
    check_arrays(arrays, shapes(preset, switches))


def shapes(preset: NercoPreset, switches: NercoSwitches) -> Shapes:
    """Return the shapes of all parameters."""
    compact = preset.family == "compact"
    found = _shift_generator(preset) if compact else _resnet_generator(preset)
    if switches.normalisation:
        found |= _local_extractor(preset) if compact else _trunk_of_extractor(preset)
        found |= _mlp(preset)
    if switches.cooperation:
        found |= _local_masks(preset) if compact else _masks(preset)
    return found


def _mlp(preset: NercoPreset) -> Shapes:
    name, width, encoding = "nrn.mlp", preset.mlp_width, 2 * preset.frequencies
    found = conv(f"{name}.from_features", preset.features, width, preset.neighbourhood)
    for axis in ("rows", "columns"):
        found |= linear(f"{name}.from_{axis}", encoding, width, bias=False)
    for number in range(HIDDEN_LAYERS):
        after = width if number < HIDDEN_LAYERS - 1 else 3
        found |= conv(f"{name}.layers.{1 + 2 * number}", width, after, 1)
    return found


def _cam(width: int) -> Shapes:
    name, hidden = "me.cam.weigh", max(LEAST_SQUEEZED, width // SQUEEZE)
    found = conv(f"{name}.0", 2 * width, hidden, 1, bias=False)
    found |= conv(f"{name}.2", hidden, 2 * width, 1, bias=False)
    return found | conv(f"{name}.3", 2 * width, width, 1, bias=False)


def _local_extractor(preset: NercoPreset) -> Shapes:
    name, width, blocks = "nrn.extractor", preset.extractor_width, preset.extractor_blocks
    found = conv(f"{name}.1", 48, width) | residuals(name, 3, width, blocks)
    return found | conv(f"{name}.{3 + blocks}", width, 16 * preset.features)


def _local_masks(preset: NercoPreset) -> Shapes:
    width = preset.mask_width
    found = conv("me.features.1", 96, width)
    found |= residuals("me.features", 3, width, preset.mask_blocks)
    found |= conv("me.to_lightness.0", width, 48) | _cam(width)
    return found | conv("me.cam.to_map.0", 2, 1, STEM_KERNEL, bias=False)


def _shift_generator(preset: NercoPreset) -> Shapes:
    name, width, half = "g_h.net", preset.enhancer_width, preset.enhancer_width // 2
    channels = (3, CODE_WIDTH // 2, CODE_WIDTH, CODE_WIDTH, 2 * CODE_WIDTH)
    found = linear(f"{name}.code.head.0", 4 * CODE_WIDTH + 6, CODE)
    for number, pair in enumerate(pairwise(channels)):
        found |= conv(f"{name}.code.features.{2 * number}", *pair)
    found |= conv(f"{name}.head.1", 24, half) | conv(f"{name}.down.0", half, width)
    for number in range(preset.enhancer_blocks):
        found |= residual(f"{name}.body.{number}.block", width)
        found |= linear(f"{name}.body.{number}.scale_and_shift", CODE, 2 * width)
    found |= conv(f"{name}.up.0", width, half) | conv(f"{name}.tail.1", half, half)
    found |= conv(f"{name}.tail.3", half, 3 * (1 + len(SMOOTHINGS)))
    return found | linear(f"{name}.global_shift", CODE, 3)


def _stem(name: str, before: int, width: int) -> Shapes:
    return conv(f"{name}.1", before, width, STEM_KERNEL)


def _blocks(name: str, first: int, channels: int, count: int) -> Shapes:
    found: Shapes = {}
    for number in range(first, first + count):
        for layer in (1, 5):
            found |= conv(f"{name}.{number}.layers.{layer}", channels, channels)
    return found


def _trunk(name: str, before: int, width: int, blocks: int) -> Shapes:
    found = _stem(name, before, width)
    found |= conv(f"{name}.4", width, 2 * width) | conv(f"{name}.7", 2 * width, 4 * width)
    found |= _blocks(name, 10, 4 * width, blocks)
    for number, wide in ((10 + blocks, 4 * width), (13 + blocks, 2 * width)):
        # Transposed convolutions have inputs first.
        found[f"{name}.{number}.weight"] = (wide, wide // 2, 3, 3)
        found[f"{name}.{number}.bias"] = (wide // 2,)
    return found


def _trunk_of_extractor(preset: NercoPreset) -> Shapes:
    return _trunk("nrn.extractor", 3, preset.features, preset.extractor_blocks)


def _masks(preset: NercoPreset) -> Shapes:
    width = preset.mask_width
    found = _stem("me.features", 3, width)
    found |= _blocks("me.features", 4, width, preset.mask_blocks)
    found |= conv("me.to_lightness.0", width, 3, STEM_KERNEL) | _cam(width)
    return found | conv("me.cam.to_map", 2, 1, STEM_KERNEL, bias=False)


def _resnet_generator(preset: NercoPreset) -> Shapes:
    name, width = "g_h.net.layers", preset.enhancer_width
    found = _trunk(f"{name}.0", 6, width, preset.enhancer_blocks)
    return found | conv(f"{name}.2", width, 3, STEM_KERNEL)
