import math

import pytest
import torch

from llcodec._bitstream import QUALITY_LEVELS
from llcodec.nets.gain import GainUnits

LAMBDAS = tuple(0.0008 * 2**n for n in range(QUALITY_LEVELS))


@pytest.fixture
def gains() -> GainUnits:
    units = GainUnits(5)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        units.log_gain.copy_(torch.randn(QUALITY_LEVELS, 5, generator=generator))
        units.log_inverse.copy_(torch.randn(QUALITY_LEVELS, 5, generator=generator))
    return units


def test_integer_qualities_are_the_rows(gains: GainUnits) -> None:
    quality = torch.arange(1, QUALITY_LEVELS + 1).float()
    assert torch.equal(gains.log_gains(quality)[..., 0, 0], gains.log_gain)
    torch.testing.assert_close(gains.inverse_gains(quality)[..., 0, 0], gains.log_inverse.exp())


def test_half_way_is_the_geometric_mean(gains: GainUnits) -> None:
    first, second = gains.log_inverse[2].exp(), gains.log_inverse[3].exp()
    middle = gains.inverse_gains(torch.tensor([3.5]))[0, :, 0, 0]
    torch.testing.assert_close(middle, (first * second).sqrt())


def test_shares_are_linear_in_the_logarithm(gains: GainUnits) -> None:
    at = gains.log_gains(torch.tensor([7.25]))[0, :, 0, 0]
    torch.testing.assert_close(at, 0.75 * gains.log_gain[6] + 0.25 * gains.log_gain[7])


def test_gradients_reach_both_neighbours_of_a_quality_and_no_others(gains: GainUnits) -> None:
    gains.log_gains(torch.tensor([2.3])).sum().backward()  # type: ignore[no-untyped-call]
    assert gains.log_gain.grad is not None
    reached = gains.log_gain.grad.abs().sum(1) > 0
    assert reached.nonzero().flatten().tolist() == [1, 2]


def test_start_minimises_the_high_rate_cost_of_each_lambda() -> None:
    """Rate −log2 Δ per sample and distortion Δ²/12: the step is where their sum is least."""
    units = GainUnits(2)
    units.init_from_lambdas(LAMBDAS)
    for lam, log_gain in zip(LAMBDAS, units.log_gain, strict=True):
        step = math.exp(-float(log_gain[0].detach()))

        def cost(delta: float, lam: float = lam) -> float:
            return -3 * math.log2(delta) + lam * 255**2 * delta**2 / 12

        assert cost(step) < cost(step * 1.01)
        assert cost(step) < cost(step / 1.01)
        assert log_gain[0] == log_gain[1]


def test_start_undoes_itself_and_rises_with_quality() -> None:
    units = GainUnits(3)
    units.init_from_lambdas(LAMBDAS)
    quality = torch.tensor([1.0, 2.7, 5.5, 8.0])
    product = units.log_gains(quality).exp() * units.inverse_gains(quality)
    torch.testing.assert_close(product, torch.ones(4, 3, 1, 1))
    assert (units.log_gain.diff(dim=0) > 0).all()
