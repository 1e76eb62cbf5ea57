import json
from dataclasses import FrozenInstanceError, asdict, replace

import pytest

from llcodec._bitstream import QUALITY_LEVELS
from llcodec.errors import InputError
from llcodec.nets.presets import FAST
from llcodec.training.recipe import LAMBDAS, Recipe, StageRecipe


def test_there_is_a_lambda_for_each_quality_and_it_rises() -> None:
    assert len(LAMBDAS) == QUALITY_LEVELS
    assert list(LAMBDAS) == sorted(set(LAMBDAS))


def test_recipes_are_kept_as_json() -> None:
    recipe = Recipe(FAST, seed=3, plain=StageRecipe(steps=12))
    kept = json.loads(json.dumps(asdict(recipe)))
    assert kept["seed"] == 3
    assert kept["plain"]["lambdas"] == list(LAMBDAS)
    own = {"pairs", "darkened", "lit", "weights", "jitter", "turns"}
    later = {"by_scene", "fused", "jpeg", "shrunk", "exposures"}
    assert set(kept["plain"]["mix"]) == own | later
    assert kept["joint"] is None


def test_recipes_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        StageRecipe().steps = 3  # type: ignore[misc]


@pytest.mark.parametrize("crop", [0, -64, 63, 65, 100])
def test_crops_are_whole_hyper_latents(crop: int) -> None:
    with pytest.raises(InputError, match="multiple of 64"):
        StageRecipe(crop=crop)


@pytest.mark.parametrize("changes", [{"steps": 0}, {"batch": 0}, {"validate_every": 0}])
def test_counts_are_at_least_one(changes: dict[str, int]) -> None:
    with pytest.raises(InputError, match="at least 1"):
        replace(StageRecipe(), **changes)  # type: ignore[arg-type]


def test_one_lambda_needs_a_rate_point() -> None:
    with pytest.raises(InputError, match="8 lambdas"):
        StageRecipe(lambdas=(0.01,))
    assert StageRecipe(lambdas=(0.01,), rate_point=1).rate_point == 1
    with pytest.raises(InputError, match="one of 1 … 1"):
        StageRecipe(lambdas=(0.01,), rate_point=2)
    with pytest.raises(InputError, match="positive"):
        StageRecipe(lambdas=(0.0,), rate_point=1)
