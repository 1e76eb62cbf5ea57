import math

import pytest

from llcodec._metadata import Note, Resolution


def test_resolution_in_dots_per_inch() -> None:
    resolution = Resolution.from_dpi(300, 72)
    assert resolution == Resolution(11811, 2835)
    assert resolution.dpi == pytest.approx((300, 72), abs=0.02)
    assert resolution.turned() == Resolution(2835, 11811)


@pytest.mark.parametrize("dpi", [0, -1, 0.001, math.nan, math.inf, 1e12])
def test_nonsense_is_no_resolution(dpi: float) -> None:
    assert Resolution.from_dpi(dpi, 300) is None
    assert Resolution.from_dpi(300, dpi) is None


@pytest.mark.parametrize("side", [0, -1, 2**32])
def test_resolutions_have_a_range(side: int) -> None:
    with pytest.raises(ValueError, match="pixels per metre"):
        Resolution(side, 1)


@pytest.mark.parametrize("texts", [("", "a"), ("a\0", "b"), ("a", "b\0"), ("a", "\ud800")])
def test_notes_are_texts(texts: tuple[str, str]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — the last one is Python's own
        Note(*texts)
