import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llcodec.codec.windows import CORE, windows

HALO = 8

lengths = st.integers(1, 700)


@given(height=lengths, width=lengths)
def test_cores_cover_the_plane_exactly_once(height: int, width: int) -> None:
    covered = np.zeros((height, width), int)
    for window in windows(height, width, HALO):
        rows, columns = window.rows, window.columns
        covered[rows.core_start : rows.core_stop, columns.core_start : columns.core_stop] += 1
    assert (covered == 1).all()


@given(height=lengths, width=lengths)
def test_halos_are_whole_but_at_the_border(height: int, width: int) -> None:
    for window in windows(height, width, HALO):
        for span, length in ((window.rows, height), (window.columns, width)):
            assert span.start == max(0, span.core_start - HALO)
            assert span.stop == min(length, span.core_stop + HALO)


@given(height=lengths, width=lengths)
def test_inner_is_where_the_core_lies_in_the_stretch(height: int, width: int) -> None:
    for window in windows(height, width, HALO):
        for span in (window.rows, window.columns):
            stretch = range(span.start, span.stop)
            assert list(stretch[span.inner]) == list(range(span.core_start, span.core_stop))


@pytest.mark.parametrize("length", [1, CORE, 2 * CORE])
def test_what_is_little_larger_than_a_core_stays_whole(length: int) -> None:
    assert len(list(windows(length, length, HALO))) == 1


def test_no_stretch_is_too_large_for_the_memory() -> None:
    for window in windows(2 * CORE + 1, 10_000, HALO):
        assert window.rows.stop - window.rows.start <= CORE + 2 * HALO
        assert window.columns.stop - window.columns.start <= CORE + 2 * HALO
