"""Both families build the same transforms, which a joint model can join."""

from dataclasses import fields, replace

import pytest
import torch
from torch import nn

from llcodec.nets import cheng, fast
from llcodec.nets.presets import FAST, Preset, paper_preset
from llcodec.nets.transforms import Transforms
from llcodec.training.quantise import split_layers

TINY = replace(FAST, widths=(8, 8, 8, 16), latents=16, hyper_latents=8, condition=8)


@pytest.mark.parametrize(("family", "preset"), [(fast, TINY), (cheng, paper_preset(16))])
def test_every_transform_is_a_network(family: object, preset: Preset) -> None:
    transforms = family.build_transforms(preset)  # type: ignore[attr-defined]
    assert isinstance(transforms, Transforms)
    for field in fields(Transforms):
        network = getattr(transforms, field.name)
        assert isinstance(network, nn.Module)
        assert any(True for _ in network.parameters())


@pytest.mark.parametrize(("family", "preset"), [(fast, TINY), (cheng, paper_preset(16))])
def test_hyper_synthesis_can_become_integers(family: object, preset: Preset) -> None:
    """A plain sequence of convolutions, leaky ReLUs and shuffles, four times the size in all."""
    h_s = family.build_transforms(preset).h_s  # type: ignore[attr-defined]
    kinds = {type(m) for m in h_s.modules()}
    assert kinds <= {nn.Sequential, nn.Conv2d, nn.LeakyReLU, nn.PixelShuffle}
    factor = 1
    for layer in split_layers(h_s):
        factor *= layer.shuffle
    assert factor == 4
    out = h_s(torch.zeros(1, preset.hyper_latents, 2, 3))
    assert out.shape == (1, preset.hyper_features, 8, 12)
