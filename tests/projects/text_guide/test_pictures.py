from dataclasses import replace

import numpy as np
import pytest
import torch

from llcodec.data.pairs import Pair
from llcodec.errors import InputError
from projects.text_guide.pictures import DescribedPictures, held_out


def scene(seed: int, brightness: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 255 * brightness, (6, 9, 3))
    return np.kron(coarse, np.ones((20, 20, 1))).round().astype(np.uint8)


PAIRS = [Pair(str(seed), scene(seed, 0.1), scene(seed)) for seed in range(3)]
PHOTOGRAPHS = [scene(seed) for seed in range(10, 14)]


def pictures(seed: int = 0, pair_share: float = 0.3, size: int = 32) -> DescribedPictures:
    return DescribedPictures(PAIRS, PHOTOGRAPHS, size, pair_share, np.random.default_rng(seed))


def test_a_batch_comes_from_its_seed() -> None:
    first, again, other = (pictures(seed).batch(8) for seed in (0, 0, 1))
    assert torch.equal(first.pictures, again.pictures)
    assert first.captions == again.captions
    assert torch.equal(first.truth, again.truth)
    assert not torch.equal(first.pictures, other.pictures)


def test_pictures_fit_the_model_and_captions_fit_pictures() -> None:
    batch = pictures().batch(40)
    assert batch.pictures.shape == (40, 3, 32, 32)
    assert 0 <= float(batch.pictures.min()) <= float(batch.pictures.max()) <= 1
    assert batch.truth.shape == (40, 40)
    assert float(batch.truth.diagonal().mean()) > 0.6
    neutral = [number for number, caption in enumerate(batch.captions) if not caption.wordings]
    assert neutral
    assert bool((batch.truth[:, neutral] == 1).all())


def test_words_of_light_follow_the_light_of_pictures() -> None:
    batch = pictures().batch(150)
    means = batch.pictures.mean((1, 2, 3)).tolist()

    def brightness_of(word: str) -> list[float]:
        said = [{a for w in caption.wordings for a in w.adjectives} for caption in batch.captions]
        return [mean for mean, words in zip(means, said, strict=True) if word in words]

    order = [float(np.median(brightness_of(w))) for w in ("very dark", "well-lit", "over-exposed")]
    assert order == sorted(order)
    assert max(brightness_of("very dark")) < min(brightness_of("over-exposed"))


def test_dark_halves_of_pairs_are_called_dark() -> None:
    """Their light is 2^−7 of that of their other halves; some come amplified."""
    batch = pictures(pair_share=1.0).batch(60)
    said = " | ".join(caption.text for caption in batch.captions)
    assert "dark" in said
    assert "over-exposed" not in said
    assert "nois" not in said  # a camera's noise and casts are not known
    assert "tint" not in said


def test_photographs_are_held_out() -> None:
    many = [scene(seed) for seed in range(25)]
    train, measured = held_out(many)
    assert len(train) == 23
    assert [id(p) for p in measured] == [id(many[9]), id(many[19])]
    assert not {id(p) for p in train} & {id(p) for p in measured}


def test_both_kinds_of_pictures_are_needed() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="pairs of dark and bright"):
        DescribedPictures([], PHOTOGRAPHS, 32, 0.3, rng)
    with pytest.raises(InputError, match="photographs"):
        DescribedPictures(PAIRS, [], 32, 0.3, rng)


def test_small_pictures_are_used_whole() -> None:
    small = [replace(pair, low=pair.low[:20, :30], high=pair.high[:20, :30]) for pair in PAIRS]
    drawn = DescribedPictures(small, [scene(1)[:20, :30]], 32, 0.5, np.random.default_rng(0))
    assert drawn.batch(8).pictures.shape == (8, 3, 32, 32)
