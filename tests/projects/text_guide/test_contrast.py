from dataclasses import replace

import pytest
import torch
from torch import Tensor

from llcodec.errors import InputError
from projects.text_guide.contrast import TextGuideRecipe, contrast

RECIPE = TextGuideRecipe(steps=40, warmup=5)


def unit(count: int, seed: int) -> Tensor:
    vectors = torch.randn(count, 8, generator=torch.manual_seed(seed))
    return torch.nn.functional.normalize(vectors, dim=1)


def test_contrast_is_zero_where_cosines_are_what_is_true() -> None:
    """Two kinds of pictures and captions: within a kind, everything is true of everything."""
    kinds = torch.tensor([0, 0, 1, 1, 1])
    truth = (kinds[:, None] == kinds).float()
    vectors = torch.eye(8)[kinds]
    perfect = contrast(vectors, vectors, torch.tensor(40.0), truth)
    assert float(perfect) == pytest.approx(0, abs=1e-6)
    assert float(contrast(vectors, vectors.flip(0), torch.tensor(40.0), truth)) > 5


def test_contrast_is_the_usual_one_where_each_caption_is_true_of_one_picture() -> None:
    images, texts = unit(6, 0), unit(6, 1)
    logits, labels = 10 * images @ texts.T, torch.arange(6)
    wanted = (
        torch.nn.functional.cross_entropy(logits, labels)
        + torch.nn.functional.cross_entropy(logits.T, labels)
    ) / 2
    torch.testing.assert_close(contrast(images, texts, torch.tensor(10.0), torch.eye(6)), wanted)


def test_contrast_treats_pictures_and_captions_alike() -> None:
    images, texts, scale = unit(6, 0), unit(6, 1), torch.tensor(10.0)
    truth = torch.rand(6, 6, generator=torch.manual_seed(2)) + 0.01
    torch.testing.assert_close(
        contrast(images, texts, scale, truth), contrast(texts, images, scale, truth.T)
    )


def test_what_cannot_be_trained_is_refused() -> None:
    with pytest.raises(InputError, match="batch must be at least 2"):
        replace(RECIPE, batch=1)
    with pytest.raises(InputError, match="most_scale must be above 1"):
        replace(RECIPE, most_scale=0.5)
    with pytest.raises(InputError, match="learning_rate must be above 0"):
        replace(RECIPE, learning_rate=0.0)
