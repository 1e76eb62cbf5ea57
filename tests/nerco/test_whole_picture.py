import pytest
import torch

from llcodec.nerco.constants import CODE
from llcodec.nerco.whole_picture import (
    CodedBlock,
    OverviewCode,
    from_log_odds,
    log_odds,
    statistics,
)


def test_log_odds_go_there_and_back() -> None:
    x = torch.linspace(-1, 1, 256)
    torch.testing.assert_close(from_log_odds(log_odds(x)), x)
    assert log_odds(torch.tensor([-9.0, 9.0])).abs().max() < 3.5


def test_half_precision_has_log_odds_too() -> None:
    """As autocast hands it over: 1 − 1/512 is 1 in bfloat16, whose log-odds are infinite."""
    u = log_odds(torch.tensor([-1.0, 1.0], dtype=torch.bfloat16))
    assert u.dtype == torch.float32
    assert u.isfinite().all()
    assert from_log_odds(u.bfloat16()).dtype == torch.float32


def test_a_shift_of_log_odds_is_a_gain_in_the_dark() -> None:
    p = torch.tensor([0.01, 0.02, 0.03])
    bright = (from_log_odds(log_odds(2 * p - 1) + 0.8047) + 1) / 2  # e^(2·0.8047) = 5
    torch.testing.assert_close(bright / p, torch.tensor([5.2, 4.8, 4.5]), atol=0.25, rtol=0)
    white = from_log_odds(log_odds(torch.ones(1)) + 3)
    assert 0.999 < white < 1.003


@pytest.mark.parametrize("gain", [0.05, 0.3])
def test_whitened_pictures_know_neither_exposure_nor_contrast(gain: float) -> None:
    u = torch.randn(2, 3, 50, 50)
    plain = from_log_odds(u.clamp(-3, 3))
    dim = from_log_odds(gain * u.clamp(-3, 3) - 1.5)
    white = statistics(plain).whitened(plain)
    torch.testing.assert_close(white.mean((-2, -1)), torch.zeros(2, 3), atol=1e-4, rtol=0)
    wanted = statistics(dim).whitened(dim) * (1 + 0.01 / gain**2) ** 0.5  # the least deviation
    torch.testing.assert_close(white, wanted, atol=0.1, rtol=0.01)


def test_flat_pictures_have_finite_statistics() -> None:
    x = torch.full((1, 3, 8, 8), -1.0)
    whole = statistics(x)
    assert whole.deviation.min() >= 0.09
    assert whole.whitened(x).abs().max() < 1e-4


def test_codes_describe_pictures_of_any_size() -> None:
    torch.manual_seed(0)
    code = OverviewCode(3)
    dark, bright = torch.full((1, 3, 100, 152), -2.0), torch.full((1, 3, 40, 40), 0.5)
    assert code(dark).shape == code(bright).shape == (1, CODE)
    assert (code(dark) - code(bright)).abs().max() > 0.1


def test_codes_have_no_influence_at_the_start_and_learn_to() -> None:
    torch.manual_seed(0)
    block = CodedBlock(8)
    x, code = torch.randn(1, 8, 6, 6), torch.randn(1, CODE)
    assert torch.equal(block(x, code), block(x, -code))
    block(x, code).square().sum().backward()
    grad = block.scale_and_shift.weight.grad
    assert grad is not None
    assert (grad.abs().sum(1) > 0).all()
