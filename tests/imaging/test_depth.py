import numpy as np
import pytest

from llcodec.imaging.depth import row_blocks, to_eight_bits


@pytest.mark.parametrize("width", [1, 1000, 10_000_000])
def test_blocks_cover_every_row_once(width: int) -> None:
    rows = [row for band in row_blocks(width, 2000) for row in range(band.start, band.stop)]
    assert rows == list(range(2000))


def test_rounds_to_nearest() -> None:
    every = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    expected = np.rint(every / 257)
    np.testing.assert_array_equal(to_eight_bits(every), expected)


def test_eight_bits_stay() -> None:
    plane = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert to_eight_bits(plane) is plane
