from dataclasses import replace

import pytest

from llcodec.errors import InputError
from llcodec.nerco.loss_weights import NercoLossWeights
from llcodec.nerco.presets import COMPACT
from llcodec.training.nerco_recipe import (
    NercoRecipe,
    learning_rate_factor,
    start_learning_rate_factor,
)

RECIPE = NercoRecipe(COMPACT, steps=300)


def test_the_step_size_is_constant_and_then_falls_to_zero() -> None:
    shares = [learning_rate_factor(step, 300, 1 / 3) for step in range(301)]
    assert set(shares[:100]) == {1.0}
    assert shares[200] == pytest.approx(0.5)
    assert shares[300] == 0
    assert learning_rate_factor(299, 300, 1.0) == 1


def test_the_step_size_falls_in_the_start() -> None:
    shares = [start_learning_rate_factor(step, 4, 0.2) for step in range(5)]
    assert shares == pytest.approx([1, 0.8, 0.6, 0.4, 0.2])
    assert start_learning_rate_factor(3, 4, 1.0) == 1


def test_epochs_are_counted_over_the_larger_set() -> None:
    recipe = replace(RECIPE, steps=None, epochs=3, batch=2)
    assert recipe.steps_for(5) == 9
    assert RECIPE.steps_for(5) == 300


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": None}, "steps or in epochs"),
        ({"epochs": 3}, "steps or in epochs"),
        ({"steps": 0}, "at least 1"),
        ({"batch": 0}, "at least 1"),
        ({"crop": 30}, "64 at least"),
        ({"crop": 66}, "multiple of 4"),
        ({"constant": 1.5}, "between 0 and 1"),
        ({"unchanged": -0.1}, "between 0 and 1"),
        ({"jpeg": 1.1}, "between 0 and 1"),
        ({"lit": 1.1}, "between 0 and 1"),
        ({"parts": -0.1}, "between 0 and 1"),
        ({"start_final": -0.1}, "between 0 and 1"),
        ({"backbones": ()}, "at least one name"),
        (
            {"weights": NercoLossWeights(perceptual=1)},
            "weights.perceptual needs weights.restoration",
        ),
        ({"steps": 0}, "steps must be at least 1"),
        ({"lit": 0.1}, "lit needs weights.restoration above 0"),
        ({"jpeg": 0.1}, "jpeg needs weights.restoration above 0"),
        ({"unchanged": 0.1}, "unchanged needs weights.restoration above 0"),
        ({"start_final": 0.5}, "start_final needs start_steps"),
        ({"start_steps": 5}, "start_steps needs weights.restoration above 0"),
        (
            {"start_steps": 5, "start_final": 0.0, "weights": NercoLossWeights(restoration=1)},
            "start_final must be above 0",
        ),
        ({"start_steps": 300, "weights": NercoLossWeights(restoration=1)}, "fewer than steps"),
    ],
)
def test_what_cannot_be_trained_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(RECIPE, **change)  # type: ignore[arg-type]
