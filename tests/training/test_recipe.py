import json
from dataclasses import asdict, replace

import pytest

from llcodec.errors import InputError
from llcodec.nets.gain import QUALITIES
from llcodec.training.recipe import LAMBDAS, CodecRecipe, codec_recipe


def test_there_is_a_lambda_for_each_quality_and_it_rises() -> None:
    assert len(LAMBDAS) == QUALITIES
    assert list(LAMBDAS) == sorted(set(LAMBDAS))


def test_recipes_are_kept_as_json() -> None:
    recipe = CodecRecipe(stage="plain", steps=12, seed=3)
    kept = json.loads(json.dumps(asdict(recipe)))
    assert kept["stage"] == "plain"
    assert kept["lambdas"] == list(LAMBDAS)
    assert set(kept["mix"]) == {"pairs", "darkened"}


def test_what_is_not_given_stays_the_recipes_own() -> None:
    own = CodecRecipe(stage="joint", seed=5)
    assert codec_recipe("joint", None, None, None, 5) == own
    assert codec_recipe("joint", 70, 128, 1e-3, 5) == replace(
        own, steps=70, crop=128, learning_rate=1e-3
    )


@pytest.mark.parametrize("crop", [0, -64, 63, 65, 100])
def test_crops_are_whole_hyper_latents(crop: int) -> None:
    with pytest.raises(InputError, match="multiple of 64"):
        codec_recipe("plain", None, crop, None, 0)
