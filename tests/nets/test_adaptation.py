import pytest
import torch

from llcodec.nets.adaptation import FeatureAdaptation


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("bounded", [True, False])
def test_starts_as_the_identity(scale: bool, bounded: bool) -> None:
    adapt = FeatureAdaptation(3, 5, 4, scale=scale, bounded=bounded)
    y = torch.randn(2, 4, 6, 7)
    assert torch.equal(adapt(y, torch.randn(2, 3, 6, 7)), y)


def test_scale_and_shift_are_the_formula() -> None:
    adapt = FeatureAdaptation(3, 5, 2)
    assert adapt.out.bias is not None
    with torch.no_grad():
        adapt.out.bias.copy_(torch.tensor([0.5, -0.25, 3.0, -1.0]))
    y = torch.randn(1, 2, 3, 3)
    expected = y * torch.tensor([1.5, 0.75]).view(2, 1, 1) + torch.tensor([3.0, -1.0]).view(2, 1, 1)
    torch.testing.assert_close(adapt(y, torch.randn(1, 3, 3, 3)), expected)


def test_without_scale_only_a_shift_remains() -> None:
    adapt = FeatureAdaptation(3, 5, 2, scale=False)
    torch.nn.init.normal_(adapt.out.weight)
    s = torch.randn(1, 3, 4, 4)
    y = torch.randn(1, 2, 4, 4)
    shift = adapt(torch.zeros_like(y), s)
    assert shift.abs().max() > 0
    torch.testing.assert_close(adapt(y, s), y + shift)


def test_bounded_scale_stays_between_zero_and_two_whatever_the_condition() -> None:
    adapt = FeatureAdaptation(3, 5, 2, bounded=True)
    torch.nn.init.normal_(adapt.out.weight, std=3)
    s = 100 * torch.randn(1, 3, 9, 9)
    y = torch.ones(1, 2, 9, 9)
    scale = adapt(y, s) - adapt(torch.zeros_like(y), s)
    assert scale.min() >= -1e-3
    assert scale.max() <= 2 + 1e-3
    assert scale.min() < 0.5
    assert scale.max() > 1.5


def test_the_condition_is_learned_from_the_first_step_on() -> None:
    adapt = FeatureAdaptation(3, 5, 2, bounded=True)
    adapt(torch.ones(1, 2, 4, 4), torch.randn(1, 3, 4, 4)).sum().backward()
    assert adapt.out.weight.grad is not None
    assert adapt.out.weight.grad.abs().sum() > 0


def test_output_has_the_precision_of_the_features() -> None:
    adapt = FeatureAdaptation(3, 5, 2)
    with torch.autocast("cpu", torch.bfloat16):
        assert adapt(torch.ones(1, 2, 4, 4), torch.ones(1, 3, 4, 4)).dtype == torch.float32
