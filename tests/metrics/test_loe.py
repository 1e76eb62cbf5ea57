"""LOE against pairs counted by hand and one by one, and against what it promises of tone curves."""

import itertools

import numpy as np
import pytest
from PIL import Image

from llcodec.metrics import loe
from llcodec.metrics.loe import Sampling


def grey(*rows: list[int]) -> np.ndarray:
    return np.repeat(np.array(rows, np.uint8)[..., None], 3, axis=2)


def noise(seed: int, height: int, width: int, levels: int = 256) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, levels, (height, width, 3)).astype(np.uint8)


def counted(picture: np.ndarray, source: np.ndarray) -> float:
    places = list(zip(picture.ravel().tolist(), source.ravel().tolist(), strict=True))
    differ = sum((a >= c) != (b >= d) for (a, b), (c, d) in itertools.product(places, repeat=2))
    return float(differ / len(places))


def test_one_swap_counts_once_in_each_direction() -> None:
    assert loe(grey([10, 30], [20, 40]), grey([1, 2], [3, 4]), 2) == 2 / 4


def test_a_tie_that_is_broken_counts_in_one_direction() -> None:
    assert loe(grey([10, 20], [30, 40]), grey([1, 1], [3, 4]), 2) == 1 / 4
    assert loe(grey([7, 7], [7, 7]), grey([1, 2], [3, 4]), 2) == 6 / 4


def test_the_reverse_order_is_the_worst() -> None:
    source = np.arange(100, dtype=np.uint8).reshape(10, 10)
    assert loe(grey(*(255 - source)), grey(*source), 10) == 99


def test_lightness_is_the_largest_of_the_channels() -> None:
    source = np.array([[[9, 0, 0], [0, 1, 0]], [[0, 0, 5], [3, 3, 3]]], np.uint8)
    assert loe(grey([9, 1], [5, 3]), source, 2) == 0
    assert loe(grey([3, 1], [5, 9]), source, 2) > 0


@pytest.mark.parametrize("sampling", ["bicubic", "local-max"])
def test_a_picture_keeps_its_own_order(sampling: Sampling) -> None:
    picture = noise(0, 120, 90)
    assert loe(picture, picture, sampling=sampling) == 0


def test_pairs_are_those_of_the_bicubic_miniature() -> None:
    picture, source = noise(0, 55, 86, 30), noise(1, 55, 86, 30)
    small = [
        np.asarray(Image.fromarray(p.max(axis=2)).resize((16, 10), Image.Resampling.BICUBIC))
        for p in (picture, source)
    ]
    assert loe(picture, source, 10) == pytest.approx(counted(small[0], small[1]))


def test_pairs_are_those_of_every_nth_local_maximum() -> None:
    picture, source = noise(0, 47, 61, 9) * 20, noise(1, 47, 61) // 2
    small = []
    for p in (picture, source):
        places = [[(y, x) for x in range(3, 61, 4)] for y in range(3, 47, 4)]
        around = [[p[max(0, y - 7) : y + 8, max(0, x - 7) : x + 8] for y, x in r] for r in places]
        small.append(np.array([[window.max() for window in row] for row in around]))
    assert small[0].shape == (11, 15)
    wanted = counted(small[0], small[1])
    assert wanted > 0
    assert loe(picture, source, 10, sampling="local-max") == pytest.approx(wanted)


def test_a_rising_tone_curve_scores_zero_at_local_maxima() -> None:
    source = noise(0, 130, 170, 60)
    curve = np.round(255 * (np.arange(256) / 60).clip(0, 1) ** 0.45).astype(np.uint8)
    assert loe(curve[source], source, sampling="local-max") == 0
    assert loe(curve[source], source) > 0


def test_a_rising_tone_curve_scores_zero_where_nothing_is_made_smaller() -> None:
    source = noise(0, 50, 70, 60)
    assert loe(source * 4 + 3, source) == 0


def test_swapping_the_pictures_changes_nothing() -> None:
    picture, source = noise(0, 90, 70), noise(1, 90, 70, 20)
    assert loe(picture, source) == loe(source, picture)


def test_unrelated_noise_swaps_nearly_half_of_the_pairs() -> None:
    places = 50 * 75
    assert loe(noise(0, 50, 75), noise(1, 50, 75)) == pytest.approx(places / 2, rel=0.05)


def test_shapes_and_sizes_are_checked() -> None:
    with pytest.raises(ValueError, match="shapes differ"):
        loe(noise(0, 60, 60), noise(0, 60, 61))
    with pytest.raises(ValueError, match="short side 50"):
        loe(noise(0, 49, 90), noise(0, 49, 90))
    with pytest.raises(ValueError, match="short side 0"):
        loe(noise(0, 49, 90), noise(0, 49, 90), 0)
