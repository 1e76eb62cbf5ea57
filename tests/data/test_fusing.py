"""Targets that hold both exposures: what burns out comes from the dark half, and no seams."""

import numpy as np
import pytest

from llcodec.data.fusing import fuse

LAMP = slice(40, 80), slice(50, 100)


def pair() -> tuple[np.ndarray, np.ndarray]:
    """A lamp with a pattern, of which the bright exposure shows nothing, in a dim room."""
    rng = np.random.default_rng(0)
    low = rng.integers(4, 8, (120, 240, 3)).astype(np.uint8)
    high = (low.astype(int) * 14).clip(0, 255).astype(np.uint8)
    pattern = 150 + 40 * (np.indices((40, 50)).sum(0) // 6 % 2)
    low[LAMP] = pattern[..., None]
    high[LAMP] = 255
    return low, high


def test_lamps_have_the_pattern_of_the_dark_half() -> None:
    low, high = pair()
    fused = fuse(low, high).astype(float)
    inner = slice(48, 72), slice(58, 92)
    assert fused[inner].std() > 0.7 * low[inner].std()
    assert np.corrcoef(fused[inner].ravel(), low[inner].ravel())[0, 1] > 0.95
    assert high[inner].std() == 0


def test_the_room_is_that_of_the_bright_half() -> None:
    low, high = pair()
    fused = fuse(low, high)
    far = slice(None), slice(190, 240)
    assert np.abs(fused[far].astype(int) - high[far]).max() <= 2
    assert fused.dtype == np.uint8
    assert fused.shape == high.shape


def test_a_half_of_it_lies_in_the_middle() -> None:
    low, high = pair()
    plain, half, whole = (fuse(low, high, share).astype(int) for share in (0.0, 0.5, 1.0))
    assert np.array_equal(plain, high)
    assert np.abs(2 * half - (plain + whole)).max() <= 3


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (37, 3), (64, 64)])
def test_where_nothing_burns_out_nothing_changes(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    low, high = (rng.integers(0, top, (*size, 3)).astype(np.uint8) for top in (30, 150))
    assert np.array_equal(fuse(low, high), high)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (37, 3), (63, 65)])
def test_small_and_odd_pictures_can_be_fused(size: tuple[int, int]) -> None:
    low, high = np.full((*size, 3), 160, np.uint8), np.full((*size, 3), 255, np.uint8)
    assert np.abs(fuse(low, high).astype(int) - 160).max() <= 1
