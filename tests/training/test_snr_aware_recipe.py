from dataclasses import replace

import pytest

from llcodec.errors import InputError
from llcodec.snr_aware.presets import COMPACT, PAPER, PRESETS
from llcodec.training.recipe_files import read_recipe
from llcodec.training.snr_aware_recipe import SNR_AWARE, SnrAwareRecipe


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_a_recipe(name: str) -> None:
    assert read_recipe(name, SNR_AWARE).preset == PRESETS[name]


def test_the_published_course() -> None:
    recipe = read_recipe("snr-aware-paper", SNR_AWARE)
    assert recipe.preset == PAPER
    assert (recipe.steps, recipe.batch, recipe.crop) == (600_000, 32, 128)
    assert (recipe.learning_rate, recipe.betas, recipe.mix.pairs) == (4e-4, (0.9, 0.99), 1.0)


@pytest.mark.parametrize(
    "change", [{"crop": 0}, {"crop": 100}, {"steps": 0}, {"batch": 0}, {"validate_every": 0}]
)
def test_what_cannot_be_trained_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(InputError):
        replace(SnrAwareRecipe(COMPACT), **change)  # type: ignore[arg-type]
