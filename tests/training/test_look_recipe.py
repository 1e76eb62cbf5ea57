import pytest

from llcodec.errors import InputError
from llcodec.training.look_recipe import LOOK, LookRecipe
from llcodec.training.recipe import CODEC
from llcodec.training.recipe_files import read_recipe


def test_the_shipped_recipe_has_the_pictures_of_the_joint_stage() -> None:
    joint = read_recipe("fast-2", CODEC).joint
    assert joint is not None
    recipe = read_recipe("look-fast-2", LOOK)
    assert recipe.mix == joint.mix
    assert recipe.weights.perceptual > 0
    assert recipe.weights.grid > 0
    assert recipe.global_tone == joint.distortion.global_tone


def test_values_can_be_changed() -> None:
    recipe = read_recipe(
        "look-fast-2", LOOK, ["weights.adversarial=0.5", "model.discriminator_width=8"]
    )
    assert recipe.weights.adversarial == 0.5
    assert recipe.preset.discriminator_width == 8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("crop=96", "multiple of 64"),
        ("weights.ms_ssim=1.0;crop=128", "ms_ssim needs crops above 160"),
        ("crop=64", "grid needs crops of a multiple of 128 pixels, not 64"),
        ("crop=192", "grid needs crops of a multiple of 128 pixels"),
        ("weights.edges=-1.0", "edges must be at least 0"),
        ("weights={l1=0.0, ms_ssim=0.0}", "l1 or ms_ssim"),
        ("steps=0", "steps must be at least 1"),
        ("adversarial_after=-1", "adversarial_after must be at least 0"),
        ("betas=[0.5, 1.0]", "betas must be at least 0 and below 1"),
        ("discriminator_rate=0.0", "discriminator_rate must be above 0"),
        ("global_tone=2.0", "global_tone must be between 0 and 1"),
        ("model.discriminator_width=0", "discriminator_width"),
        ("lambdas=[1.0]", "lambdas"),
    ],
)
def test_wrong_settings_are_refused(change: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_recipe("look-fast-2", LOOK, change.split(";"))


def test_without_ms_ssim_and_grid_crops_can_be_small() -> None:
    recipe = read_recipe(
        "look-fast-2", LOOK, ["crop=64", "weights.ms_ssim=0.0", "weights.grid=0.0"]
    )
    assert isinstance(recipe, LookRecipe)
