"""Scores of guides whose lightness is known: a multiple of the brightness that they see."""

import numpy as np
import pytest
import torch

from llcodec.data.pairs import Pair
from llcodec.text_guide.clip_guide import ClipGuide
from llcodec.text_guide.prompts import Prompts
from llcodec.text_guide.view import GuideView
from projects.text_guide.scores import (
    EXPOSURES,
    distinct_highs,
    lightness_of,
    score_ladders,
    score_pairs,
    share_below,
    share_brightened,
    spearman,
)


class Brightness(torch.nn.Module):
    """Vectors whose angle grows with mean brightness; the high prompt lies where white does."""

    def __init__(self, sign: float) -> None:
        super().__init__()
        self.sign = torch.nn.Parameter(torch.tensor(sign))

    def encode_image(self, images: torch.Tensor) -> torch.Tensor:
        angle = torch.pi / 2 * images.mean((1, 2, 3))
        return torch.stack((angle.cos(), angle.sin()), 1)

    def encode_text(self, tokens: torch.Tensor) -> torch.Tensor:
        return torch.eye(2) if float(self.sign) > 0 else torch.eye(2).flip(0)


def guide(sign: float = 1.0) -> ClipGuide:
    view = GuideView((16, 16), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), "bicubic", "squash")
    return ClipGuide("brightness", Brightness(sign), lambda texts: torch.zeros(2), view, Prompts())


def picture(seed: int, brightness: float = 0.6) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 510 * brightness, (4, 6, 3)).clip(0, 255)
    return np.kron(coarse, np.ones((8, 8, 1))).round().astype(np.uint8)


PAIRS = [Pair(str(seed), picture(seed, 0.05), picture(seed)) for seed in range(3)]


def test_pairs_in_order_and_out_of_order() -> None:
    right, wrong = score_pairs(guide(), PAIRS), score_pairs(guide(-1.0), PAIRS)
    assert (right.low, right.high) == (1, 1)
    assert (wrong.low, wrong.high) == (0, 0)
    assert right.gap == pytest.approx(-wrong.gap)
    assert right.gap > 0.3


def test_ladders_that_rise_and_fall() -> None:
    pictures = [pair.high for pair in PAIRS]
    rising, falling = score_ladders(guide(), pictures), score_ladders(guide(-1.0), pictures)
    assert (rising.whole, rising.to_normal, rising.rising) == (1, 1, 1)
    assert (falling.whole, falling.to_normal, falling.rising) == (-1, -1, 0)
    assert len(rising.lightness) == len(EXPOSURES)
    assert list(rising.lightness) == sorted(rising.lightness)


def test_lightness_of_each_picture() -> None:
    dark, bright = lightness_of(guide(), [PAIRS[0].low, picture(9, 0.9)])
    assert dark < 0 < bright
    assert lightness_of(guide(-1.0), [PAIRS[0].low])[0] == pytest.approx(-dark)


def test_shares_in_order() -> None:
    assert share_below([0.1, 0.3], [0.2, 0.4]) == 0.75


def test_the_gradient_of_brightness_brightens() -> None:
    lows = [pair.low for pair in PAIRS]
    assert share_brightened(guide(), lows) == 1
    assert share_brightened(guide(-1.0), lows) == 0


def test_bright_halves_count_once() -> None:
    low, high, other = (np.zeros((2, 2, 3), np.uint8) for _ in range(3))
    pairs = [Pair("1", low, high), Pair("2", low, high), Pair("3", low, other)]
    assert [id(p) for p in distinct_highs(pairs)] == [id(high), id(other)]


def test_rank_correlation() -> None:
    assert spearman([1, 2, 3, 4], [10, 20, 30, 40]) == 1
    assert spearman([4, 3, 2, 1], [10, 20, 30, 40]) == -1
    assert spearman([1, 3, 2, 4, 5], [1, 2, 3, 4, 5]) == pytest.approx(0.9)
