"""Groups of channels: what each latent may see, and what changes with the quality."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from llcodec.nets.grouped_context import GroupedContext
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import FAST_2

PRESET = replace(
    FAST_2.plain(),
    widths=(0, 8, 8, 16),
    latents=10,
    hyper_latents=8,
    hyper_hidden=8,
    hyper_features=12,
    groups=(4, 6),
    group_features=(5, 7),
    group_hidden=(9, 11),
)
SIZE = 6


@pytest.fixture
def model() -> JointModel:
    torch.manual_seed(2)
    made = JointModel(PRESET)
    made.latent_scale.copy_(torch.rand(PRESET.latents) + 0.5)
    made.coded_scale.copy_(3 * made.latent_scale)
    return made.eval()


def predicted(context: GroupedContext, y: Tensor) -> Tensor:
    """Return means B×M×h×w for latents whose hyper features and magnitudes are all alike."""
    hyper = torch.zeros(len(y), PRESET.hyper_features, *y.shape[-2:])
    biases = [torch.zeros(len(y), features, 1, 1) for features in PRESET.group_features]
    _, mean = context(y, hyper, torch.ones(len(y), PRESET.latents, 1, 1), biases)
    return mean  # type: ignore[no-any-return]


@torch.no_grad()
def test_a_latent_sees_what_is_coded_before_it(model: JointModel) -> None:
    """Earlier groups around it, and in its own group the other colour of the board."""
    torch.manual_seed(3)
    context, y = model.grouped_context, 4 * torch.randn(1, PRESET.latents, SIZE, SIZE)
    for channel, (row, column) in ((1, (2, 2)), (1, (2, 3)), (7, (2, 2)), (7, (2, 3))):
        changed = y.clone()
        changed[0, channel, row, column] += 5
        moved = (predicted(context, y) != predicted(context, changed))[0]
        first, second = moved[:4].any(0), moved[4:].any(0)
        even = (row + column) % 2 == 0
        own = first if channel < 4 else second
        assert own.any() == even  # the second colour is seen by no latent of its own group
        assert not own[row, column]
        assert second.any() == (channel < 4 or even)
        assert not (channel >= 4 and first.any())
        if even:
            rows, columns = own.nonzero(as_tuple=True)
            assert ((rows + columns) % 2 == 1).all()


@torch.no_grad()
def test_what_is_predicted_follows_the_gain(model: JointModel) -> None:
    """Twice the magnitude at one quality, in latents and gain: twice the means, to the step."""
    assert model.gain is not None
    torch.manual_seed(4)
    model.gain.log_gain[5] += torch.rand(PRESET.latents)
    hyper = torch.randn(1, PRESET.hyper_features, SIZE, SIZE)
    quality = torch.tensor([6.0])
    y = 1000 * torch.randn(1, PRESET.latents, SIZE, SIZE)  # rounding hardly counts
    index, mean = model._predict_in_groups(y, hyper, quality)
    model.gain.log_gain[5] += torch.log(torch.tensor(2.0))
    index_of_double, double = model._predict_in_groups(2 * y, hyper, quality)
    torch.testing.assert_close(double, 2 * mean, rtol=0.02, atol=0.5)
    steps = (index_of_double - index).mean()
    assert float(steps) == pytest.approx(5.64, abs=0.1)  # ln 2 in steps of the scale tables


@torch.no_grad()
@pytest.mark.parametrize("quality", [1.0, 4.5, 8.0])
def test_decoded_latents_are_within_half_a_step(model: JointModel, quality: float) -> None:
    y = 5 * torch.randn(1, PRESET.latents, 8, 8)
    y_hat, bits, hyper_bits = model.entropy_model(y, torch.tensor([quality]))
    assert (y_hat - y).abs().max() <= 0.5 + 1e-4
    assert float(bits) > 0
    assert float(hyper_bits) > 0


def test_the_bias_of_a_quality_learns(model: JointModel) -> None:
    x = torch.rand(2, 3, 64, 64)
    out = model(x, None, torch.tensor([1.5, 8.0]), False)
    (out.latent_bits.sum() + out.hyper_bits.sum()).backward()
    for group in model.grouped_context.channel_groups:
        assert group.quality_bias.grad is not None
        touched = group.quality_bias.grad.abs().sum(1) > 0
        assert touched.tolist() == [True, True, False, False, False, False, False, True]
