from collections.abc import Callable

import numpy as np
import pytest
import torch

from llcodec.data.pairs import Pair
from llcodec.metrics.perceptual import PerceptualMetric
from llcodec.nets.joint import JointModel
from llcodec.training.look import synthesis_of
from llcodec.training.look_validation import QUALITIES, LookValidation
from llcodec.training.validation import validation_pictures
from tests.conftest import photograph

Make = Callable[[], JointModel]


def validation(model: JointModel, pairs: list[Pair], *, enhance: bool = True) -> LookValidation:
    pictures = validation_pictures(pairs, fused=0.0, plain=not enhance)
    return LookValidation(model, pictures, enhance=enhance, global_tone=1.0)


def test_a_worse_look_has_a_lower_psnr(tiny_model: Make, pairs: list[Pair]) -> None:
    model = tiny_model().eval()
    look = synthesis_of(model)
    measured = validation(model, pairs[:2])
    same = measured.scores(look)
    assert [row["quality"] for row in same] == list(QUALITIES)
    assert all(row["psnr"] == row["base_psnr"] for row in same)
    assert "niqe" not in same[0]  # the pictures are too small for it
    assert look.linear_synthesis is not None
    with torch.no_grad():
        look.linear_synthesis.weight.mul_(0.8)
    worse = measured.scores(look)
    for row, before in zip(worse, same, strict=True):
        assert row["base_psnr"] == before["base_psnr"]
        assert row["psnr"] < before["psnr"]


def test_large_pictures_get_a_niqe(tiny_model: Make) -> None:
    model = tiny_model().eval()
    large = photograph(1, 200, 208)
    rows = validation(model, [Pair("large", large, large)], enhance=False).scores(model)
    assert all(row["niqe"] == row["base_niqe"] > 0 for row in rows)


@pytest.mark.parametrize(("side", "measured"), [(16, False), (17, True)])
def test_small_pictures_have_no_lpips(
    tiny_model: Make, lpips: PerceptualMetric, side: int, measured: bool
) -> None:
    model, small = tiny_model().eval(), photograph(1, side, 40)
    pictures = validation_pictures([Pair("small", small, small)], fused=0.0, plain=True)
    rows = LookValidation(model, pictures, enhance=False, global_tone=1.0, metric=lpips).scores(
        model
    )
    assert all(("lpips" in row) == measured for row in rows)


def test_targets_have_the_brightness_of_the_tone_curve(tiny_model: Make, pairs: list[Pair]) -> None:
    """A reference that is brighter all over changes nothing."""
    model = tiny_model().eval()
    lighter = (pairs[0].high.astype(float) * 0.8).round().astype(np.uint8)
    one, other = (
        validation(model, [pair]).scores(model)[0]["psnr"]
        for pair in (pairs[0], Pair("lighter", pairs[0].low, lighter))
    )
    assert one == pytest.approx(other, abs=0.3)


def test_random_numbers_are_left_alone(tiny_model: Make, pairs: list[Pair]) -> None:
    model = tiny_model().eval()
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    validation(model, pairs[:1]).scores(model)
    assert torch.equal(torch.rand(3), expected)


def test_without_pictures_there_are_no_scores(tiny_model: Make) -> None:
    model = tiny_model()
    assert validation(model, []).scores(model) == []
