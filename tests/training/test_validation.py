from collections.abc import Callable

import pytest
from torch import Tensor

from llcodec.data.pairs import Pair
from llcodec.engine.tensors import to_tensor
from llcodec.nets.joint import JointModel
from llcodec.training.validation import validate


@pytest.fixture(scope="module")
def pictures(pairs: list[Pair]) -> list[tuple[Tensor, Tensor]]:
    """Sizes that are no multiples of anything."""
    return [(to_tensor(p.low)[0, :, :97, :131], to_tensor(p.high)[0, :, :97, :131]) for p in pairs]


def test_a_score_per_quality_in_order(
    tiny_model: Callable[[], JointModel], pictures: list[tuple[Tensor, Tensor]]
) -> None:
    bright = [(high, high) for _, high in pictures[:2]]
    scores = validate(tiny_model().eval(), bright, (1.0, 4.0, 8.0), enhance=False)
    assert [s.quality for s in scores] == [1.0, 4.0, 8.0]
    assert scores[0].bpp < scores[1].bpp < scores[2].bpp
    assert 15 < scores[0].psnr < scores[1].psnr < scores[2].psnr < 60


def test_scores_are_means_over_pictures(
    tiny_model: Callable[[], JointModel], pictures: list[tuple[Tensor, Tensor]]
) -> None:
    model = tiny_model().eval()
    both = validate(model, pictures[:2], (5.0,), enhance=True)[0]
    alone = [validate(model, [p], (5.0,), enhance=True)[0] for p in pictures[:2]]
    assert both.psnr == pytest.approx(sum(s.psnr for s in alone) / 2, abs=1e-4)
    assert both.bpp == pytest.approx(sum(s.bpp for s in alone) / 2, rel=1e-4)


def test_enhancing_brings_dark_pictures_nearer_to_bright_ones(
    tiny_model: Callable[[], JointModel], pictures: list[tuple[Tensor, Tensor]]
) -> None:
    model = tiny_model().eval()
    plain = validate(model, pictures, (6.0,), enhance=False)[0]
    enhanced = validate(model, pictures, (6.0,), enhance=True)[0]
    assert enhanced.psnr > plain.psnr + 3


def test_nothing_is_learned(
    tiny_model: Callable[[], JointModel], pictures: list[tuple[Tensor, Tensor]]
) -> None:
    model = tiny_model()
    validate(model, pictures[:1], (3.0,), enhance=True)
    assert all(p.grad is None for p in model.parameters())
