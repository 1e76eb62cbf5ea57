import pytest

from llcodec.metrics.bjontegaard import Curve, bd_psnr, bd_rate, curve_of

pytest.importorskip("bjontegaard", reason="bjontegaard is an extra")
RATES = (0.1, 0.2, 0.4, 0.8, 1.6)
ANCHOR = Curve(RATES, (28.0, 30.0, 32.0, 34.0, 36.0))


def test_half_the_bits_for_the_same_quality() -> None:
    half = Curve(tuple(rate / 2 for rate in RATES), ANCHOR.qualities)
    assert bd_rate(ANCHOR, half) == pytest.approx(-50, abs=0.1)
    assert bd_psnr(ANCHOR, half) == pytest.approx(2, abs=0.05)
    assert bd_rate(ANCHOR, ANCHOR) == pytest.approx(0, abs=1e-6)


def test_curves_that_share_nothing_have_no_difference() -> None:
    far = Curve(tuple(100 * rate for rate in RATES), tuple(q + 50 for q in ANCHOR.qualities))
    assert bd_rate(ANCHOR, far) is None
    assert bd_psnr(ANCHOR, far) is None


def test_curves_are_sorted_and_rise_in_part() -> None:
    rates = (0.4, 0.1, 0.2, 0.2, 0.8, 1.6, 1.7)
    qualities = (32.0, 28.0, 30.0, 29.0, 31.0, 36.0, None)
    curve = curve_of(rates, qualities)
    assert curve == Curve((0.1, 0.2, 0.4, 0.8, 1.6), (28.0, 30.0, 32.0, 31.0, 36.0))
    assert curve.rising == Curve((0.1, 0.2, 0.4, 1.6), (28.0, 30.0, 32.0, 36.0))


def test_what_becomes_worse_with_more_bits_has_no_rate_but_a_quality() -> None:
    falling = Curve(RATES, tuple(30 - rate for rate in RATES))
    assert falling.rising is None
    assert bd_rate(ANCHOR, falling) is None
    assert bd_rate(falling, ANCHOR) is None
    lower = Curve(RATES, tuple(quality - 3 for quality in falling.qualities))
    assert bd_psnr(falling, lower) == pytest.approx(-3)


def test_three_points_are_too_few() -> None:
    assert curve_of((1.0, 2.0, 3.0), (1.0, 2.0, 3.0)) is None
    assert curve_of((1.0, 2.0, 3.0, 4.0), (1.0, None, 2.0, 3.0)) is None
