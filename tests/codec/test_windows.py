import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llcodec.codec.windows import SIDE, LatentBox, windows

HALO = 8

lengths = st.integers(1, 700)


@given(height=lengths, width=lengths)
def test_cores_cover_the_plane_exactly_once(height: int, width: int) -> None:
    covered = np.zeros((height, width), int)
    for window in windows(height, width, HALO):
        rows, columns = window.rows, window.columns
        covered[rows.core, columns.core] += 1
    assert (covered == 1).all()


@given(height=lengths, width=lengths)
def test_halos_are_whole_but_at_the_border(height: int, width: int) -> None:
    for window in windows(height, width, HALO):
        for span, length in ((window.rows, height), (window.columns, width)):
            assert span.outer.start == max(0, span.core.start - HALO)
            assert span.outer.stop == min(length, span.core.stop + HALO)


@given(data=st.data(), height=lengths, width=lengths)
def test_a_part_is_covered_and_its_halos_reach_beyond_it(
    data: st.DataObject, height: int, width: int
) -> None:
    top, bottom = sorted(data.draw(st.lists(st.integers(0, height), min_size=2, max_size=2)))
    left, right = sorted(data.draw(st.lists(st.integers(0, width), min_size=2, max_size=2)))
    if top == bottom or left == right:
        return
    covered = np.zeros((height, width), int)
    for window in windows(height, width, HALO, LatentBox(top, bottom, left, right)):
        rows, columns = window.rows, window.columns
        covered[rows.core, columns.core] += 1
        assert rows.outer.start == max(0, rows.core.start - HALO)
        assert columns.outer.stop == min(width, columns.core.stop + HALO)
    assert (covered[top:bottom, left:right] == 1).all()
    assert covered.sum() == (bottom - top) * (right - left)


@given(height=lengths, width=lengths)
def test_inner_is_where_the_core_lies_in_the_stretch(height: int, width: int) -> None:
    for window in windows(height, width, HALO):
        for span in (window.rows, window.columns):
            stretch = range(span.outer.start, span.outer.stop)
            assert list(stretch[span.inner]) == list(range(span.core.start, span.core.stop))


@pytest.mark.parametrize("length", [1, SIDE - 1, SIDE])
def test_what_is_no_larger_than_a_window_stays_whole(length: int) -> None:
    assert len(list(windows(length, length, HALO))) == 1


def test_no_stretch_is_too_large_for_the_memory() -> None:
    for window in windows(SIDE + 1, 10_000, HALO):
        assert window.rows.outer.stop - window.rows.outer.start <= SIDE
        assert window.columns.outer.stop - window.columns.outer.start <= SIDE
