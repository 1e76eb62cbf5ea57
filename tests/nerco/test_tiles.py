import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llcodec.nerco.tiles import CORE, tiles

HALO = 24

lengths = st.integers(1, 80).map(lambda n: 4 * n)


@given(height=lengths, width=lengths)
def test_cores_cover_the_picture_exactly_once(height: int, width: int) -> None:
    covered = np.zeros((height, width), int)
    for tile in tiles(height, width, HALO, 64):
        covered[tile.rows.core, tile.columns.core] += 1
    assert (covered == 1).all()


@given(height=lengths, width=lengths)
def test_halos_are_whole_but_at_the_border(height: int, width: int) -> None:
    for tile in tiles(height, width, HALO, 64):
        for span, length in ((tile.rows, height), (tile.columns, width)):
            assert span.outer == slice(
                max(0, span.core.start - HALO), min(length, span.core.stop + HALO)
            )
            stretch = range(span.outer.start, span.outer.stop)
            assert list(stretch[span.inner]) == list(range(span.core.start, span.core.stop))
            assert span.outer.start % 4 == span.outer.stop % 4 == 0


@pytest.mark.parametrize("length", [4, CORE, CORE + 4, 6000])
def test_no_core_is_too_large_for_the_memory(length: int) -> None:
    for tile in tiles(length, 8, HALO):
        assert tile.rows.core.stop - tile.rows.core.start <= CORE
        assert tile.window.height == tile.rows.outer.stop - tile.rows.outer.start


def test_windows_name_the_outer_rectangle() -> None:
    last = list(tiles(256, 128, HALO, 128))[-1]
    assert last.window == (128 - HALO, 0, 128 + HALO, 128)
