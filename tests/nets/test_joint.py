import copy
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from llcodec._bitstream import HYPER_STRIDE, STRIDE
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import FAST, Preset
from llcodec.nets.tone import identity_curve
from tests.codec.started import started_model

QUALITIES = torch.tensor([1.5, 3.5, 5.5, 7.5])


@pytest.fixture(scope="module")
def started(tiny_preset: Preset) -> JointModel:
    return started_model(tiny_preset)


@pytest.fixture
def model(started: JointModel) -> JointModel:
    return copy.deepcopy(started)


def pictures(count: int, height: int = 64, width: int = 64) -> Tensor:
    generator = torch.Generator().manual_seed(8)
    coarse = torch.rand(count, 3, height // 16, width // 16, generator=generator)
    smooth = nn.functional.interpolate(coarse, (height, width), mode="bilinear")
    noise = torch.randn(count, 3, height, width, generator=generator)
    return (0.3 * smooth + 0.01 * noise).clamp(0, 1)


@torch.no_grad()
@pytest.mark.parametrize("enhance", [True, False])
@pytest.mark.parametrize("with_curve", [True, False])
@pytest.mark.parametrize("order", ["checkerboard", "serial"])
def test_forward_gives_pictures_and_the_bits_of_each(
    model: JointModel, enhance: bool, with_curve: bool, order: str
) -> None:
    if order == "serial":
        torch.manual_seed(1)
        model = JointModel(replace(model.preset, order="serial"))
    x = pictures(2, 64, 128)
    out = model(x, identity_curve(2) if with_curve else None, torch.tensor([2.0, 6.3]), enhance)
    assert out.x_hat.shape == x.shape
    assert out.latent_bits.shape == out.hyper_bits.shape == (2,)
    for value in (out.x_hat, out.latent_bits, out.hyper_bits):
        assert value.isfinite().all()
    assert (out.latent_bits > 0).all()
    assert (out.hyper_bits > 0).all()


def test_strides_are_those_of_the_networks(model: JointModel) -> None:
    x = pictures(1, 128, 64)
    y = model.analyse(x, None)
    assert y.shape == (1, 16, 128 // STRIDE, 64 // STRIDE)
    assert model.h_a(y).shape[-2:] == (8 // HYPER_STRIDE, 4 // HYPER_STRIDE)
    assert model.synthesise(y).shape == x.shape


def test_joint_training_reaches_every_parameter() -> None:
    """Layers that start at zero hide those before them for a step or two, and no longer."""
    torch.manual_seed(2)
    model = JointModel(
        replace(
            FAST, widths=(8, 8, 8, 16), latents=16, hyper_latents=8, hyper_hidden=8, condition=8
        )
    )
    with torch.no_grad():
        assert model.linear_analysis is not None
        assert model.linear_synthesis is not None
        model.linear_analysis.conv.weight.mul_(10)
        model.linear_synthesis.weight.normal_(std=0.01)
        for bias in (model.h_a[-1].bias,):
            bias.normal_(std=2)  # hyper-latents that do not all round to zero
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    x = pictures(4, 128, 128)
    assert model.tone is not None
    for _ in range(4):
        optimiser.zero_grad()
        out = model(x, model.tone(nn.functional.interpolate(x, (100, 150))), QUALITIES)
        loss = (out.latent_bits + out.hyper_bits).mean() / 1e4 + (out.x_hat - x).square().mean()
        loss.backward()
        optimiser.step()
    gradients = {n: p.grad for n, p in model.named_parameters()}
    assert [n for n, g in gradients.items() if g is None or not g.any()] == []
    assert [n for n, g in gradients.items() if g is not None and not g.isfinite().all()] == []
    assert model.gain is not None
    assert model.gain.log_gain.grad is not None
    assert (model.gain.log_gain.grad.abs().sum(1) > 0).all()


def test_plain_training_leaves_the_branch_and_the_tone_alone(model: JointModel) -> None:
    model.train().requires_grad_(True)
    model(pictures(1), None, torch.tensor([4.0]), enhance=False).x_hat.sum().backward()
    idle = {n.split(".")[0] for n, p in model.named_parameters() if p.grad is None}
    assert {"snr_branch0", "snr_branch1", "f_a0", "f_a1", "tone"} <= idle
    assert not idle & {"g_a0", "g_a1", "g_s", "linear_analysis", "linear_synthesis", "gain"}


@torch.no_grad()
def test_quality_orders_rate_and_distortion(model: JointModel) -> None:
    x = pictures(1, 128, 128)
    rates, errors = [], []
    for quality in (1.0, 2.5, 4.0, 5.5, 7.0, 8.0):
        torch.manual_seed(3)
        out = model(x, None, torch.tensor([quality]), enhance=False)
        rates.append(float(out.latent_bits + out.hyper_bits))
        errors.append(float((out.x_hat - x).square().mean()))
    assert rates == sorted(rates)
    assert errors == sorted(errors, reverse=True)


@torch.no_grad()
def test_decoded_latents_are_within_half_a_step(model: JointModel) -> None:
    y = 5 * torch.randn(1, 16, 8, 8)
    y_hat, _, _ = model.entropy_model(y, torch.tensor([4.0]))
    assert (y_hat - y).abs().max() <= 0.5 + 1e-4


@torch.no_grad()
def test_pictures_of_a_batch_do_not_meet(model: JointModel) -> None:
    x = pictures(2, 64, 64)
    curve = identity_curve(2)
    both = model.analyse(x, curve)
    alone = model.analyse(x[1:], identity_curve(1))
    torch.testing.assert_close(both[1:], alone, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_the_branch_starts_as_no_change(model: JointModel) -> None:
    x = pictures(1)
    assert torch.equal(model.analyse(x, None, enhance=True), model.analyse(x, None, enhance=False))


@torch.no_grad()
def test_one_rate_presets_have_unit_gains() -> None:
    model = JointModel(replace(FAST, widths=(8, 8, 8, 16), latents=16, variable_rate=False))
    quality = torch.tensor([1.0, 8.0])
    assert not model.log_gain(quality).any()
    assert (model.inverse_gain(quality) == 1).all()
