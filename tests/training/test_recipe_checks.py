import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from llcodec.errors import InputError
from llcodec.nets.presets import FAST, FAST_2
from llcodec.training.nerco_recipe import NERCO, NercoRecipe
from llcodec.training.recipe import CODEC, Distortion, LearningRate, Recipe, StageRecipe
from llcodec.training.recipe_checks import (
    check_decays,
    check_least,
    check_positive,
    check_shares,
    check_sizes,
    check_weights,
)
from llcodec.training.recipe_files import RecipeKind, read_recipe
from llcodec.training.snr_aware_recipe import SNR_AWARE, SnrAwareRecipe

Check = Callable[..., None]


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (check_positive, [1e-9, 3.0], [0.0, -1.0]),
        (check_weights, [0.0, 7.0], [-1e-9]),
        (check_shares, [0.0, 0.5, 1.0], [-0.1, 1.1]),
        (check_decays, [0.0, 0.999], [-0.1, 1.0]),
    ],
)
def test_numbers_have_bounds(check: Check, good: list[float], bad: list[float]) -> None:
    for value in good:
        check(it=value)
    for value in [*bad, math.inf, math.nan]:
        with pytest.raises(InputError, match=r"^it must be .* not "):
            check(it=value)


def test_counts_and_times_have_a_least_value() -> None:
    check_least(1, steps=1, hours=math.inf, none=None)
    for value in (0, -3, math.nan):
        with pytest.raises(InputError, match=r"^hours must be at least 1, not "):
            check_least(1, hours=value)


@dataclass(frozen=True)
class Shape:
    name: str = "shape"
    widths: tuple[int, int] = (3, 5)
    blocks: int = 0
    branch: bool = False


def test_networks_have_channels() -> None:
    check_sizes(Shape(), may_be_zero=("blocks",))
    with pytest.raises(InputError, match=r"model.blocks must be at least 1, not 0"):
        check_sizes(Shape())
    with pytest.raises(InputError, match=r"model.widths must be at least 1, not -2"):
        check_sizes(Shape(widths=(4, -2)), may_be_zero=("blocks",))


def test_all_recipes_that_ship_are_taken() -> None:
    kinds: tuple[RecipeKind[Any], ...] = (CODEC, NERCO, SNR_AWARE)
    for kind in kinds:
        for preset in kind.presets:
            assert isinstance(read_recipe(preset, kind), kind.recipe)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (
            CODEC,
            [
                "model.latents=0",
                "model.widths=[8, 8, -8, 8]",
                "model.tone_members=0",
                "seed=-1",
                "tone.batch=0",
                "tone.validate_every=0",
                "tone.learning_rate=nan",
                "joint.betas=[0.9, 1.0]",
                "joint.ema_decay=2.0",
                "joint.learning_rate.peak=-1.0",
                "joint.learning_rate.warmup=-1",
                "joint.distortion.mse=-1",
                "joint.clip_norm=0",
                "joint.loss_cap=0.5",
                "joint.hard_share=1.5",
                "joint.checkpoint_minutes=nan",
                "plain.patience=0",
            ],
        ),
        (
            NERCO,
            [
                "model.features=0",
                "model.neighbourhood=2",
                "learning_rate=inf",
                "clip_norm=-1.0",
                "ema_decay=1.0",
                "weights.text=-0.5",
                "seed=-2",
                "patience=0",
            ],
        ),
        (
            SNR_AWARE,
            [
                "model.features=0",
                "learning_rate=0",
                "betas=[-0.1, 0.9]",
                "ema_decay=nan",
                "warmup=-1",
                "sheet_minutes=-1",
            ],
        ),
    ],
)
def test_what_no_training_can_use_is_refused(kind: RecipeKind[object], changes: list[str]) -> None:
    for change in changes:
        key = change.split("=")[0].split(".")[-1]
        with pytest.raises(InputError, match=f"{key} must be "):
            read_recipe(kind.default, kind, [change])


def test_recipes_made_in_python_are_checked_too() -> None:
    with pytest.raises(InputError, match="latents must be at least 1"):
        Recipe(replace(FAST, latents=0))
    with pytest.raises(InputError, match="a weight above 0"):
        Distortion(mse=0)
    for backbones in ((), ("alexnet", "alexnet")):
        with pytest.raises(InputError, match="each once"):
            Distortion(backbones=backbones)
    with pytest.raises(InputError, match="peak"):
        LearningRate(peak=0)
    with pytest.raises(InputError, match="betas"):
        StageRecipe(betas=(1.0, 0.9))
    with pytest.raises(InputError, match="warmup"):
        SnrAwareRecipe(SNR_AWARE.presets["snr-aware-compact"], warmup=-1)
    with pytest.raises(InputError, match="constant"):
        NercoRecipe(NERCO.presets["nerco-compact"], steps=1, constant=math.nan)


def test_groups_must_hold_all_latents() -> None:
    with pytest.raises(InputError, match="groups hold 208 latents"):
        Recipe(replace(FAST_2, latents=200))
    Recipe(replace(FAST, latents=200))


@pytest.mark.parametrize(
    ("preset", "change"),
    [("fast", "model.groups=[8,200]"), ("fast-2", "model.group_features=[64]")],
)
def test_each_group_needs_its_features(preset: str, change: str) -> None:
    with pytest.raises(InputError, match=r"a value for each of model\.groups"):
        read_recipe(preset, CODEC, [change])
