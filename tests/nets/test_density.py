import math

import pytest
import torch
from torch import Tensor

from llcodec._bitstream import SCALE_LEVELS, SCALE_MAX, SCALE_MIN
from llcodec.nets.density import (
    FactorizedDensity,
    add_uniform_noise,
    bounded,
    gaussian_bits,
    index_of_scale,
    round_ste,
    scale_of_index,
)


def reference_bits(residual: float, index: float) -> float:
    """The same in float64: the Gaussian's mass on the unit interval around the residual."""
    scale = 0.11 * (256 / 0.11) ** (index / 63)
    near, far = abs(residual) - 0.5, abs(residual) + 0.5
    mass = math.erfc(near / scale / math.sqrt(2)) - math.erfc(far / scale / math.sqrt(2))
    return -math.log2(mass / 2)


def test_scales_are_log_spaced_and_invert() -> None:
    index = torch.arange(SCALE_LEVELS, dtype=torch.float64)
    scale = scale_of_index(index)
    assert float(scale[0]) == pytest.approx(SCALE_MIN)
    assert float(scale[-1]) == pytest.approx(SCALE_MAX)
    assert float((scale[1:] / scale[:-1]).std()) < 1e-12
    torch.testing.assert_close(index_of_scale(scale), index)


@pytest.mark.parametrize("index", [0.0, 3.4, 17.0, 40.5, 63.0])
def test_bits_agree_with_the_error_function(index: float) -> None:
    scale = 0.11 * (256 / 0.11) ** (index / 63)
    for share in (0, 0.1, 0.5, 1, 2, 3.4):
        residual = share * scale
        bits = gaussian_bits(torch.tensor(residual), torch.tensor(index))
        assert float(bits) == pytest.approx(reference_bits(residual, index), rel=2e-3, abs=1e-4)


@pytest.mark.parametrize("index", [5.0, 20.0, 35.0])
def test_far_bits_follow_the_tail(index: float) -> None:
    """Beyond four deviations the asymptotic form is within a tenth of a bit."""
    scale = 0.11 * (256 / 0.11) ** (index / 63)
    for share in (4.2, 6, 10, 20):
        residual = share * scale + 0.5
        bits = gaussian_bits(torch.tensor(residual), torch.tensor(index))
        assert float(bits) == pytest.approx(reference_bits(residual, index), abs=0.11)


@pytest.mark.parametrize("index", [0.0, 11.0, 30.0, 52.0])
def test_probabilities_of_all_integers_sum_to_one(index: float) -> None:
    symbols = torch.arange(-800, 801, dtype=torch.float64)
    bits = gaussian_bits(symbols + 0.3, torch.full_like(symbols, index))
    assert float((2**-bits).sum()) == pytest.approx(1, abs=1e-3)


def test_gradients_of_outliers_are_finite_and_grow_with_distance() -> None:
    residual = torch.tensor([3.0, 30.0, 300.0, 3e4, 3e6], requires_grad=True)
    index = torch.full((5,), 20.0, requires_grad=True)
    bits = gaussian_bits(residual, index)
    bits.sum().backward()  # type: ignore[no-untyped-call]
    assert bits.isfinite().all()
    assert (bits.diff() > 0).all()
    assert residual.grad is not None
    assert index.grad is not None
    assert residual.grad.isfinite().all()
    assert (residual.grad.diff() > 0).all()
    assert index.grad.isfinite().all()
    assert (index.grad[1:] < 0).all()  # a larger scale would make outliers cheaper


def test_bits_are_even_in_the_residual_and_never_negative() -> None:
    residual = torch.linspace(-20, 20, 401)
    for index in (0.0, 25.0, 63.0):
        bits = gaussian_bits(residual, torch.full_like(residual, index))
        torch.testing.assert_close(bits, bits.flip(0), atol=2e-4, rtol=1e-4)
        assert bits.min() >= 0


def test_indices_outside_the_tables_count_as_the_last_ones() -> None:
    residual = torch.tensor([0.0, 2.0])
    for outside, edge in ((-30.0, 0.0), (90.0, 63.0)):
        assert torch.equal(
            gaussian_bits(residual, torch.full((2,), outside)),
            gaussian_bits(residual, torch.full((2,), edge)),
        )


@pytest.mark.parametrize(
    ("value", "grad", "passed"),
    [(-1.0, 1.0, 0.0), (-1.0, -1.0, -1.0), (0.5, 1.0, 1.0), (2.0, -1.0, 0.0), (2.0, 1.0, 1.0)],
)
def test_bounded_lets_gradients_lead_back_into_the_range(
    value: float, grad: float, passed: float
) -> None:
    x = torch.tensor(value, requires_grad=True)
    out = bounded(x, 0, 1)
    assert float(out.detach()) == min(max(value, 0), 1)
    out.backward(torch.tensor(grad))  # type: ignore[no-untyped-call]
    assert x.grad is not None
    assert float(x.grad) == passed


def random_density(channels: int) -> FactorizedDensity:
    torch.manual_seed(5)
    density = FactorizedDensity(channels)
    with torch.no_grad():
        density.logits.normal_()
        density.means.mul_(3)
        density.log_scales.normal_(std=0.5)
    return density.double()


@torch.no_grad()
def test_factorised_probabilities_sum_to_one_in_every_channel() -> None:
    density = random_density(4)
    symbols = torch.arange(-200, 201, dtype=torch.float64)
    z = symbols.view(1, 1, 1, -1).expand(1, 4, 1, -1)
    mass = (2 ** -density.bits(z)).sum(-1)[0, :, 0]
    torch.testing.assert_close(mass, torch.ones(4, dtype=torch.float64), atol=1e-4, rtol=0)


@torch.no_grad()
def test_factorised_bits_keep_places_and_channels_apart() -> None:
    density = random_density(3)
    z = torch.randn(2, 3, 4, 5, dtype=torch.float64).round()
    bits = density.bits(z)
    assert bits.shape == z.shape
    for b, c, row, column in ((0, 0, 0, 0), (1, 2, 3, 4), (1, 0, 2, 1)):
        alone = one(density, c, float(z[b, c, row, column]))
        assert float(bits[b, c, row, column]) == pytest.approx(alone)


def one(density: FactorizedDensity, channel: int, value: float) -> float:
    edges = torch.full((3, 2), value, dtype=torch.float64) + torch.tensor([-0.5, 0.5])
    low, high = density.cdf(edges)[channel]
    return -math.log2(float(high - low))


def test_factorised_density_learns_where_its_symbols_are() -> None:
    density = FactorizedDensity(1)
    z = torch.full((1, 1, 4, 4), 6.0)
    optimiser = torch.optim.Adam(density.parameters(), lr=0.1)
    before = float(density.bits(z).mean().detach())
    for _ in range(60):
        optimiser.zero_grad()
        density.bits(z).mean().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    assert float(density.bits(z).mean().detach()) < before / 4


def test_rounding_passes_gradients_through() -> None:
    x = torch.tensor([0.4, 0.6, -1.7, 2.5], requires_grad=True)
    out = round_ste(x)
    assert out.tolist() == [0.0, 1.0, -2.0, 2.0]
    weights: Tensor = torch.tensor([1.0, 2.0, 3.0, 4.0])
    (out * weights).sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    assert torch.equal(x.grad, weights)


def test_noise_is_uniform_over_one_step() -> None:
    torch.manual_seed(0)
    noise = add_uniform_noise(torch.zeros(20_000, dtype=torch.float64))
    assert noise.min() >= -0.5
    assert noise.max() < 0.5
    assert abs(float(noise.mean())) < 0.01
    assert float(noise.var()) == pytest.approx(1 / 12, rel=0.03)
