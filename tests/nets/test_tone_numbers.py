import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from llcodec._bitstream import LOCAL_TONE_COUNT
from llcodec.container import Header
from llcodec.nets.local_tone import LocalToneCurve
from llcodec.nets.tone import ToneCurve, identity_curve
from llcodec.nets.tone_numbers import curve_of_numbers, from_numbers, to_numbers

numbers = st.lists(st.integers(-(2**15) + 1, 2**15 - 1), min_size=15, max_size=15).map(tuple)


@given(numbers)
def test_numbers_come_back_as_they_were(values: tuple[int, ...]) -> None:
    assert to_numbers(from_numbers(values)) == values


def test_units_are_those_of_the_format() -> None:
    """log2 of gains in 1/2048, of gammas in 1/4096, the matrix row by row in 1/4096."""
    curve = from_numbers((2048, 0, -2048, 4096, -4096, 0, *range(0, 9 * 4096, 4096)))
    torch.testing.assert_close(curve.log_gain.exp(), torch.tensor([[2.0, 1.0, 0.5]]))
    torch.testing.assert_close(curve.log_gamma.exp(), torch.tensor([[2.0, 0.5, 1.0]]))
    assert curve.matrix.tolist() == [[[0, 1, 2], [3, 4, 5], [6, 7, 8]]]


def test_the_identity_is_the_identity() -> None:
    assert to_numbers(identity_curve(1)) == (0,) * 6 + (4096, 0, 0, 0, 4096, 0, 0, 0, 4096)


def test_rounding_is_fine_enough_to_stay_unseen() -> None:
    torch.manual_seed(0)
    curve = ToneCurve(3 * torch.randn(1, 3), torch.randn(1, 3), torch.eye(3)[None] + 0.2)
    rounded = from_numbers(to_numbers(curve))
    assert (curve.log_gain - rounded.log_gain).abs().max() <= math.log(2) / 4096 + 1e-6
    assert (curve.log_gamma - rounded.log_gamma).abs().max() <= math.log(2) / 8192 + 1e-6
    assert (curve.matrix - rounded.matrix).abs().max() <= 1 / 8192 + 1e-6


@pytest.mark.parametrize("far", [1e3, -1e3])
def test_extremes_are_clamped_to_what_a_header_holds(far: float) -> None:
    values = to_numbers(
        ToneCurve(torch.full((1, 3), far), torch.full((1, 3), far), torch.full((1, 3, 3), far))
    )
    assert set(values) == {math.copysign(32767, far)}
    Header(1, 1, 1024, "tiny", bytes(8), tone=values)


def test_local_curves_come_back_nearly_as_they_were() -> None:
    torch.manual_seed(1)
    whole = ToneCurve(3 * torch.randn(1, 3), torch.randn(1, 3), torch.eye(3)[None] + 0.2)
    curve = LocalToneCurve(
        whole, 0.3 * torch.rand(1, 3), torch.rand(1, 1), torch.randn(1, 1, 4, 6).clamp(-2, 2)
    )
    numbers = to_numbers(curve)
    assert len(numbers) == LOCAL_TONE_COUNT
    assert numbers[:15] == to_numbers(whole)
    back = curve_of_numbers(numbers)
    assert isinstance(back, LocalToneCurve)
    assert torch.equal(back.whole.matrix, from_numbers(numbers[:15]).matrix)
    assert (back.toe - curve.toe).abs().max() <= 1 / 131072 + 1e-6
    assert (back.knee - curve.knee).abs().max() <= 1 / 65536 + 1e-6
    assert (back.grid - curve.grid).abs().max() <= math.log(2) / 64 + 1e-6


def test_units_of_local_curves_are_those_of_the_format() -> None:
    numbers = (*(0,) * 15, 6554, 0, 16384, 9830, *range(-32, 16, 2))
    curve = curve_of_numbers(numbers)
    assert isinstance(curve, LocalToneCurve)
    torch.testing.assert_close(curve.toe, torch.tensor([[0.1, 0.0, 0.25]]), atol=1e-5, rtol=0)
    torch.testing.assert_close(curve.knee, torch.tensor([[0.3]]), atol=1e-4, rtol=0)
    assert float(curve.grid[0, 0, 0, 0].exp()) == pytest.approx(0.5)
    assert float(curve.grid[0, 0, 2, 4].exp()) == pytest.approx(1.0)  # row by row


def test_a_global_curve_has_its_own_numbers() -> None:
    numbers = to_numbers(identity_curve(1))
    assert type(curve_of_numbers(numbers)) is ToneCurve
