"""Layers of StyleGAN 2: gains and resampling."""

import math

import torch

from llcodec.smg.scaled import Filter, Linear, Modulated, UnitLength, activate, layer


def test_the_activation_keeps_the_variance() -> None:
    x = torch.tensor([1.0, -1.0])
    torch.testing.assert_close(activate(x), math.sqrt(2) * torch.tensor([1.0, -0.2]))


@torch.inference_mode()
def test_resampling_keeps_flat_pictures_flat() -> None:
    flat = torch.full((1, 2, 8, 8), 3.0)
    doubled = Filter(2, 1, gain=4, up=2)(flat)
    assert doubled.shape == (1, 2, 16, 16)
    torch.testing.assert_close(doubled[:, :, 2:-2, 2:-2], torch.full((1, 2, 12, 12), 3.0))
    halved = layer(2, 5, 3, halved=True)(flat)
    assert halved.shape == (1, 5, 4, 4)


@torch.inference_mode()
def test_styles_scale_channels_and_normal_weights_undo_it() -> None:
    torch.manual_seed(0)
    x, style = torch.randn(2, 3, 6, 6), torch.randn(2, 7)
    plain, normal = (Modulated(3, 4, 3, 7, normal=flag) for flag in (False, True))
    normal.load_state_dict(plain.state_dict())
    plain.modulation.weight.zero_()
    once = plain(x, style)
    plain.modulation.bias.mul_(2)
    torch.testing.assert_close(plain(x, style), 2 * once)
    normal.modulation.weight.zero_()
    once = normal(x, style)
    normal.modulation.bias.mul_(2)
    torch.testing.assert_close(normal(x, style), once)
    assert Modulated(3, 4, 3, 7, doubled=True)(x, style).shape == (2, 4, 12, 12)


@torch.inference_mode()
def test_a_slow_linear_layer_computes_the_same() -> None:
    slow = Linear(4, 3, bias=0, pace=0.01)
    x = torch.randn(2, 4)
    expected = x @ (slow.weight * 0.01 / 2).T + 0.01 * slow.bias
    torch.testing.assert_close(slow(x), expected)
    torch.testing.assert_close(UnitLength()(x).square().mean(1), torch.ones(2), atol=1e-5, rtol=0)
