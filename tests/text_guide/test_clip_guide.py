"""Cosines to the two prompts, from a small open_clip model of random weights."""

from typing import Any

import pytest
import torch
from torch import nn

from llcodec.text_guide.clip_guide import ClipGuide
from llcodec.text_guide.prompts import Prompts
from llcodec.text_guide.shape import GuideShape, first_merges, tokenizer_of
from llcodec.text_guide.view import GuideView

pytestmark = pytest.mark.extra("open_clip")
HALF = (0.5, 0.5, 0.5)
VIEW = GuideView((32, 32), HALF, HALF, "bicubic", "squash")


@pytest.fixture
def guide(tiny_shape: GuideShape) -> ClipGuide:
    torch.manual_seed(0)
    tokenizer = tokenizer_of(first_merges(tiny_shape.merges), tiny_shape.context)
    return ClipGuide("tiny", tiny_shape.build(), tokenizer, VIEW, Prompts())


def pictures(seed: int = 0) -> torch.Tensor:
    return torch.rand(3, 3, 40, 48, generator=torch.manual_seed(seed))


def test_cosines_are_those_of_the_model_low_before_high(guide: ClipGuide) -> None:
    cosines = guide.cosines(pictures())
    assert cosines.shape == (3, 2)
    with torch.no_grad():
        image = guide.model.encode_image(VIEW(pictures()))
        for column, prompt in enumerate(("low-light image", "high-light image")):
            text = guide.model.encode_text(guide.tokenizer([prompt]))
            wanted = nn.functional.cosine_similarity(image, text)
            torch.testing.assert_close(cosines[:, column], wanted, atol=1e-5, rtol=0)
    torch.testing.assert_close(guide.lightness(pictures()), cosines[:, 1] - cosines[:, 0])


def test_gradients_reach_the_picture_and_not_the_model(guide: ClipGuide) -> None:
    images = pictures().requires_grad_()
    guide.lightness(images).sum().backward()  # type: ignore[no-untyped-call]
    assert images.grad is not None
    assert float(images.grad.ne(0).float().mean()) > 0.9
    assert not any(p.requires_grad or p.grad is not None for p in guide.model.parameters())


def test_gradients_are_right(guide: ClipGuide) -> None:
    """A step along the gradient changes the cosine as much as the gradient says."""
    images = (0.2 + 0.6 * pictures()).requires_grad_()
    (gradient,) = torch.autograd.grad(guide.cosines(images)[:, 1].sum(), images)
    step = gradient / gradient.norm() * 0.02
    with torch.no_grad():
        change = guide.cosines(images + step) - guide.cosines(images - step)
    assert float(change[:, 1].sum()) == pytest.approx(2 * 0.02 * float(gradient.norm()), rel=0.02)


def test_texts_are_encoded_once(guide: ClipGuide, monkeypatch: pytest.MonkeyPatch) -> None:
    def encode_text(*arguments: Any) -> torch.Tensor:
        raise AssertionError("the vectors of the prompts are kept")

    monkeypatch.setattr(guide.model, "encode_text", encode_text)
    assert guide.cosines(pictures(1)).shape == (3, 2)
    assert guide.cosines(pictures(2)).shape == (3, 2)


def test_prompts_can_be_others(guide: ClipGuide) -> None:
    swapped = guide.with_prompts(Prompts(guide.prompts.high, guide.prompts.low))
    torch.testing.assert_close(
        swapped.cosines(pictures()), guide.cosines(pictures()).flip(1), atol=1e-6, rtol=0
    )
    other = guide.with_prompts(Prompts("a dark photo", "a bright photo"))
    assert not torch.allclose(other.cosines(pictures()), guide.cosines(pictures()), atol=1e-4)
    assert other.model is guide.model


def test_the_model_computes_in_float32_and_stays_frozen(guide: ClipGuide) -> None:
    half = ClipGuide("tiny", guide.model.half().train(), guide.tokenizer, VIEW, guide.prompts)
    assert {p.dtype for p in half.model.parameters()} == {torch.float32}
    assert not half.model.training
