"""Both families hand over the same parts, which a joint model can join."""

from dataclasses import fields, replace

import pytest
import torch
from torch import nn

from llcodec.entropy.quantise import split_layers
from llcodec.nets import cheng, fast
from llcodec.nets.parts import Parts
from llcodec.nets.presets import FAST, Preset, paper_preset

TINY = replace(FAST, widths=(8, 8, 8, 16), latents=16, hyper_latents=8, condition=8)


@pytest.mark.parametrize(("family", "preset"), [(fast, TINY), (cheng, paper_preset(16))])
def test_every_part_is_a_network(family: object, preset: Preset) -> None:
    parts = family.build_parts(preset)  # type: ignore[attr-defined]
    assert isinstance(parts, Parts)
    for field in fields(Parts):
        part = getattr(parts, field.name)
        assert isinstance(part, nn.Module)
        assert any(True for _ in part.parameters())


@pytest.mark.parametrize(("family", "preset"), [(fast, TINY), (cheng, paper_preset(16))])
def test_hyper_synthesis_can_become_integers(family: object, preset: Preset) -> None:
    """A plain sequence of convolutions, leaky ReLUs and shuffles, four times the size in all."""
    h_s = family.build_parts(preset).h_s  # type: ignore[attr-defined]
    kinds = {type(m) for m in h_s.modules()}
    assert kinds <= {nn.Sequential, nn.Conv2d, nn.LeakyReLU, nn.PixelShuffle}
    factor = 1
    for layer in split_layers(h_s):
        factor *= layer.shuffle
    assert factor == 4
    out = h_s(torch.zeros(1, preset.hyper_latents, 2, 3))
    assert out.shape == (1, preset.hyper_features, 8, 12)
