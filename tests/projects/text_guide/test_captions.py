from dataclasses import replace

import numpy as np
import pytest

from llcodec.text_guide.prompts import Prompts
from projects.text_guide.captions import Caption, Condition, draw_caption, truth
from projects.text_guide.wordings import WORDINGS

DARK, NORMAL, OVER = Condition(-5.0), Condition(0.0), Condition(2.5)


def drawn(condition: Condition, count: int = 400, seed: int = 0) -> list[Caption]:
    rng = np.random.default_rng(seed)
    return [draw_caption(condition, rng) for _ in range(count)]


def said(captions: list[Caption]) -> str:
    return " | ".join(caption.text for caption in captions)


def test_captions_come_from_their_seed() -> None:
    assert drawn(DARK, 20) == drawn(DARK, 20)
    assert drawn(DARK, 20) != drawn(DARK, 20, seed=1)


@pytest.mark.parametrize("condition", [DARK, NORMAL, OVER])
def test_captions_are_true_of_what_was_done(condition: Condition) -> None:
    assert np.mean([caption.truth(condition) for caption in drawn(condition)]) > 0.6


def test_light_is_told_apart() -> None:
    dark, normal, over = said(drawn(DARK)), said(drawn(NORMAL)), said(drawn(OVER))
    assert "extremely dark" in dark
    assert "low-light" in dark
    assert "high-light" not in dark
    assert "well-exposed" in normal
    assert "extremely dark" not in normal
    assert "blown-out" in over
    assert "blown-out" not in normal


@pytest.mark.parametrize(
    ("change", "word", "other"),
    [
        ({"noise": 0.06}, "grain", "noise-free"),
        ({"noise": 0.002}, "noise-free", "grainy"),
        ({"warmth": 0.4}, "warm", "bluish"),
        ({"warmth": -0.4}, "bluish", "reddish"),
        ({"green": 0.4}, "greenish", "magenta"),
        ({"green": -0.4}, "magenta", "greenish"),
    ],
)
def test_noise_and_casts_are_reported(change: dict[str, float], word: str, other: str) -> None:
    text = said(drawn(replace(NORMAL, **change)))
    assert word in text
    assert other not in text


def test_what_is_unknown_is_not_said_and_neither_true_nor_false() -> None:
    unknown = Condition(-5.0, None, None, None)
    aspects = {wording.aspect for caption in drawn(unknown) for wording in caption.wordings}
    assert aspects == {"light"}
    noisy = next(wording for wording in WORDINGS if "noisy" in wording.adjectives)
    assert truth(noisy, unknown) == 0.5


def test_neutral_captions_are_true_of_everything() -> None:
    neutral = [caption for caption in drawn(DARK) if not caption.wordings]
    assert 10 < len(neutral) < 120
    assert all(caption.truth(OVER) == 1 for caption in neutral)
    assert not any(word in said(neutral) for word in ("dark", "light", "bright"))


def test_the_truth_of_a_caption_is_that_of_all_it_says() -> None:
    noisy_dark = Caption("", tuple(w for w in WORDINGS if {"noisy", "dark"} & {*w.adjectives}))
    assert len(noisy_dark.wordings) == 2
    assert noisy_dark.truth(Condition(-6.0, noise=0.1)) > 0.9
    assert noisy_dark.truth(Condition(-6.0, noise=0.0)) < 0.1
    assert noisy_dark.truth(Condition(1.0, noise=0.1)) < 0.1


def test_general_words_keep_changing_with_light() -> None:
    """Both ends of the ladder differ from their neighbours: guidance needs a slope there too."""
    general = {
        w.adjectives[0]: w for w in WORDINGS if w.adjectives[0] in ("low-light", "high-light")
    }
    for light in range(-6, 3):
        here, next_up = Condition(float(light)), Condition(light + 1.0)
        assert truth(general["low-light"], here) > truth(general["low-light"], next_up)
        assert truth(general["high-light"], here) < truth(general["high-light"], next_up)


def test_every_wording_is_used_in_many_sentences() -> None:
    rng = np.random.default_rng(0)
    captions = [
        draw_caption(
            Condition(
                rng.uniform(-6, 3), rng.uniform(0, 0.05), rng.uniform(-0.4, 0.4), rng.normal(0, 0.2)
            ),
            rng,
        )
        for _ in range(3000)
    ]
    assert {w for caption in captions for w in caption.wordings} == set(WORDINGS)
    assert len({caption.text for caption in captions}) > 1500


def test_the_default_prompts_are_among_the_captions() -> None:
    dark, normal = (Condition(light, None, None, None) for light in (-3.0, 0.0))
    assert Prompts().low in [caption.text for caption in drawn(dark, 12000)]
    assert Prompts().high in [caption.text for caption in drawn(normal, 12000)]
