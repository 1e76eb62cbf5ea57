import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llcodec.nerco.windows import CORE, outer_area, windows

HALO = 24

lengths = st.integers(1, 80).map(lambda n: 4 * n)


@given(height=lengths, width=lengths)
def test_cores_cover_the_picture_exactly_once(height: int, width: int) -> None:
    covered = np.zeros((height, width), int)
    for window in windows(height, width, HALO, 64):
        covered[window.rows.core, window.columns.core] += 1
    assert (covered == 1).all()


@given(height=lengths, width=lengths)
def test_halos_are_whole_but_at_the_border(height: int, width: int) -> None:
    for window in windows(height, width, HALO, 64):
        for span, length in ((window.rows, height), (window.columns, width)):
            assert span.outer == slice(
                max(0, span.core.start - HALO), min(length, span.core.stop + HALO)
            )
            stretch = range(span.outer.start, span.outer.stop)
            assert list(stretch[span.inner]) == list(range(span.core.start, span.core.stop))
            assert span.outer.start % 4 == span.outer.stop % 4 == 0


@pytest.mark.parametrize("length", [4, CORE, CORE + 4, 6000])
def test_no_core_is_too_large_for_the_memory(length: int) -> None:
    for window in windows(length, 8, HALO):
        assert window.rows.core.stop - window.rows.core.start <= CORE
        assert outer_area(window).height == window.rows.outer.stop - window.rows.outer.start


def test_windows_name_the_outer_rectangle() -> None:
    last = list(windows(256, 128, HALO, 128))[-1]
    assert outer_area(last) == (128 - HALO, 0, 128 + HALO, 128)
