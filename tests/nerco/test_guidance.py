import pytest
import torch
from torch import Tensor

from llcodec.nerco.guidance import bright_text_loss, dark_text_loss


class Guide:
    """Knows pictures by their mean: cosines 0.3 − mean / 5 and 0.1 + mean / 5."""

    def __init__(self) -> None:
        self.shown: list[Tensor] = []

    def cosines(self, images: Tensor) -> Tensor:
        self.shown.append(images)
        mean = images.mean((1, 2, 3)) / 5
        return torch.stack((0.3 - mean, 0.1 + mean), 1)


def test_losses_are_differences_of_cosines() -> None:
    pictures = torch.tensor([-0.5, 0.5]).view(2, 1, 1, 1).expand(2, 3, 4, 4)
    guide = Guide()
    expected = ((0.25 - 0.15) + (0.15 - 0.25)) / 2
    assert float(bright_text_loss(guide, pictures)) == pytest.approx(expected, abs=1e-6)
    assert float(bright_text_loss(guide, pictures[:1])) == pytest.approx(0.1)
    assert float(dark_text_loss(guide, pictures[:1])) == pytest.approx(-0.1)
    assert guide.shown[0].min() == 0.25
    assert guide.shown[0].max() == 0.75


def test_pictures_are_drawn_to_their_prompt() -> None:
    for loss, sign in ((bright_text_loss, -1), (dark_text_loss, 1)):
        pictures = torch.zeros(1, 3, 4, 4, requires_grad=True)
        loss(Guide(), pictures).backward()  # type: ignore[no-untyped-call]
        assert pictures.grad is not None
        assert (sign * pictures.grad > 0).all()
