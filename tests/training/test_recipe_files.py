from dataclasses import replace
from pathlib import Path

import pytest

from llcodec.data.sampling import Mix
from llcodec.errors import InputError
from llcodec.nerco.loss_weights import NercoLossWeights, paper_loss_weights
from llcodec.nerco.presets import COMPACT, PAPER
from llcodec.nerco.switches import ABLATIONS, NercoSwitches
from llcodec.nets.presets import DEFAULT_PRESET, FAST, PRESETS
from llcodec.training.nerco_recipe import NERCO
from llcodec.training.recipe import CODEC, Recipe, StageRecipe
from llcodec.training.recipe_files import read_recipe, recipe_of, shipped_recipe


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_a_recipe(name: str) -> None:
    recipe = read_recipe(name, CODEC)
    assert recipe.preset == PRESETS[name]
    assert recipe.plain is not None
    assert (recipe.tone is not None) == PRESETS[name].global_tone
    assert (recipe.joint is None) == name.startswith("base")


def test_the_paper_is_trained_as_published() -> None:
    """Joint-IC-LL, "Implementation details", and its released configuration."""
    recipe = read_recipe("paper-192", CODEC)
    assert recipe.plain is not None
    assert recipe.joint is not None
    assert (recipe.plain.steps, recipe.plain.crop, recipe.plain.batch) == (150_000, 512, 8)
    assert recipe.plain.lambdas == (0.0016,)
    assert not recipe.plain.bright_halves
    assert (recipe.plain.distortion.mse, recipe.plain.distortion.l1) == (1.0, 0.0)
    joint = recipe.joint
    assert joint.lambdas == tuple(v * 1e-4 for v in (1, 2, 4, 8, 16, 28, 64, 120))
    assert (joint.distortion.mse, joint.distortion.l1) == (0.0, 1.0)
    assert joint.learning_rate.peak == 1e-4
    assert joint.learning_rate.milestones == (500_000, 600_000, 700_000, 850_000)
    assert not joint.equalise
    for stage in (recipe.plain, joint):
        assert stage.ema_decay == 0
        assert stage.precision == "float32"
        assert not stage.mix.turns
    assert joint.mix == Mix(pairs=1.0, darkened=0.0, jitter=False, turns=False)


def test_weights_of_losses_have_names() -> None:
    assert read_recipe("nerco-compact", NERCO, ["weights=paper"]).weights == paper_loss_weights()
    released = read_recipe("nerco-compact", NERCO, ["weights=released"])
    assert released.weights == NercoLossWeights()
    with pytest.raises(InputError, match="no weights 'other'"):
        read_recipe("nerco-compact", NERCO, ["weights=other"])


def test_the_ablations_of_the_paper_have_names() -> None:
    for number, switches in enumerate(ABLATIONS, 1):
        recipe = read_recipe("nerco-compact", NERCO, [f"switches=ablation-{number}"])
        assert recipe.switches == switches
    with pytest.raises(InputError, match="no switches 'ablation-6'"):
        read_recipe("nerco-compact", NERCO, ["switches=ablation-6"])


def test_changes_are_dotted_paths() -> None:
    changes = [
        "seed=7",
        "model.snr=published",
        "joint.learning_rate.peak=1e-3",
        "joint.mix.weights.sice = 0.25",
        "plain.compile=true",
        "joint.lambdas=[0.01]",
        "joint.rate_point=1",
        "model.widths=[8, 8, 8, 16]",
    ]
    recipe = read_recipe("fast", CODEC, changes)
    assert recipe.seed == 7
    assert recipe.preset == replace(FAST, snr="published", widths=(8, 8, 8, 16))
    assert recipe.joint is not None
    assert recipe.plain is not None
    assert recipe.joint.learning_rate.peak == 1e-3
    assert recipe.joint.mix.weights == {"sice": 0.25}
    assert recipe.plain.compile
    assert recipe.joint.lambdas == (0.01,)
    untouched = read_recipe("fast", CODEC)
    assert untouched.joint is not None
    assert recipe.joint.batch == untouched.joint.batch


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("steps=3", "^recipe: unknown settings: steps$"),
        ("joint.step=3", "^recipe: joint: unknown settings: step$"),
        ("joint.steps=3.5", "^recipe: joint.steps: 3.5 is not of the type int$"),
        ("joint.steps=many", "^recipe: joint.steps: 'many' is not of the type int$"),
        ("joint.compile=1", "^recipe: joint.compile: 1 is not of the type bool$"),
        ('joint.lambdas=[1, "a"]', r"^recipe: joint.lambdas\[1\]: 'a' is not of the type float$"),
        ("joint.lambdas=3", "^recipe: joint.lambdas: 3 is not a list$"),
        ("model.widths=[16, 48]", "^recipe: model.widths: 4 values are needed, not 2$"),
        ("model.widths=abcd", "^recipe: model.widths: 'abcd' is not a list$"),
        ("model.snr=best", "^recipe: model.snr: 'best' is not one of published, "),
        ("joint=3", "^recipe: joint: must be a table$"),
        ("joint.mix.weights=3", "^recipe: joint.mix.weights: must be a table$"),
        ("preset=[1]", r"no preset \[1\]"),
        ("model=3", "model must be a table"),
        ("preset=faster", "no preset 'faster'"),
        ("seed.x=3", "seed is not a table"),
        ("joint.learning_rate.decay=linear", "decay: 'linear' is not one of cosine, "),
        ("joint.crop=100", "^recipe: joint: crops must be a multiple of 64 pixels"),
        ("joint.mix.pairs=0.9", "^recipe: joint.mix: shares of a mix"),
        ("joint.mix.weights.sice=-1", "^recipe: joint.mix: weights of a mix"),
        ("nothing", "key=value"),
        ("=3", "key=value"),
    ],
)
def test_what_is_wrong_is_named(change: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_recipe("fast", CODEC, [change])
    assert "\n" not in str(caught.value)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('preset = "fast"\n[model]\nsnr_branch = false\n[plain]\nsteps = 5\n')
    recipe = read_recipe(str(path), CODEC, ["plain.batch=2"])
    assert recipe == Recipe(replace(FAST, snr_branch=False), plain=StageRecipe(steps=5, batch=2))


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.toml: no such file$"):
        read_recipe(str(tmp_path / "none.toml"), CODEC)
    (tmp_path / "latin.toml").write_bytes(b"\xff")
    with pytest.raises(InputError, match="cannot be read"):
        read_recipe(str(tmp_path / "latin.toml"), CODEC)
    broken = tmp_path / "broken.toml"
    broken.write_text("steps = = 3")
    with pytest.raises(InputError, match="not TOML"):
        read_recipe(str(broken), CODEC)
    with pytest.raises(InputError, match="no preset"):
        shipped_recipe("slow", CODEC)


def test_an_empty_recipe_is_that_of_the_default_preset_without_stages() -> None:
    assert recipe_of({}, CODEC) == Recipe(PRESETS[DEFAULT_PRESET])


def test_nerco_is_trained_as_published() -> None:
    """NeRCo, "Implementation details", and its released training."""
    recipe = read_recipe("nerco-paper", NERCO)
    assert recipe.preset == PAPER
    assert (recipe.epochs, recipe.constant, recipe.batch) == (300, 1 / 3, 1)
    assert (recipe.learning_rate, recipe.ema_decay, recipe.clip_norm) == (2e-4, 0.0, None)
    assert recipe.weights == NercoLossWeights()
    assert recipe.steps_for(1000) == 300_000


def test_the_compact_nerco_is_trained_by_steps() -> None:
    recipe = read_recipe("nerco-compact", NERCO, ["switches.text=false", "steps=10"])
    assert recipe.preset == COMPACT
    assert recipe.switches == NercoSwitches(text=False)
    assert recipe.steps_for(1000) == 10


def test_kinds_of_recipes_do_not_mix() -> None:
    with pytest.raises(InputError, match="no preset 'fast'"):
        read_recipe("fast", NERCO)
    with pytest.raises(InputError, match="no preset 'nerco-paper'"):
        read_recipe("nerco-paper", CODEC)
