from collections.abc import Callable
from dataclasses import replace

import pytest

from llcodec.codec.joint import JointModel
from llcodec.training.optimiser import learning_rate_factor, new_optimiser, set_learning_rates
from llcodec.training.recipe import LearningRate, StageRecipe

RECIPE = StageRecipe(steps=40, learning_rate=LearningRate(peak=4e-4, warmup=10))


def test_step_sizes_rise_and_fall_to_nothing() -> None:
    course = [learning_rate_factor(step, step, 40, RECIPE.learning_rate) for step in range(41)]
    top = course.index(max(course))
    assert 5 <= top <= 12
    assert course[:top] == sorted(course[:top])
    assert course[top:] == sorted(course[top:], reverse=True)
    assert 0.8 < max(course) <= 1
    assert course[-1] == pytest.approx(0)


def test_step_sizes_halve_at_milestones() -> None:
    rate = LearningRate(warmup=1, decay="halving", milestones=(10, 20))
    course = [learning_rate_factor(step, step, 30, rate) for step in (0, 9, 10, 19, 20, 29)]
    assert course == [1, 1, 0.5, 0.5, 0.25, 0.25]


def test_a_trapezoid_is_constant_and_then_falls_to_nothing() -> None:
    rate = LearningRate(warmup=10, decay="trapezoid", cooldown=0.25)
    course = [learning_rate_factor(step, step, 40, rate) for step in (0, 9, 29, 30, 35, 40)]
    assert course == pytest.approx([0.1, 1, 1, 1, 0.5, 0])


def test_after_a_restart_step_sizes_rise_again() -> None:
    rate = RECIPE.learning_rate
    assert learning_rate_factor(20, 0, 40, rate) == pytest.approx(
        0.1 * learning_rate_factor(20, 20, 40, rate)
    )
    assert learning_rate_factor(30, 10, 40, rate) == learning_rate_factor(30, 30, 40, rate)


def test_parts_have_their_own_step_sizes(tiny_model: Callable[[], JointModel]) -> None:
    model = tiny_model()
    assert model.tone is not None
    model.tone.requires_grad_(False)
    optimiser = new_optimiser(model, replace(RECIPE, betas=(0.9, 0.99)))
    set_learning_rates(optimiser, 15, 15, RECIPE)
    of = {id(p): g["lr"] for g in optimiser.param_groups for p in g["params"]}
    rates = {name: of.get(id(p)) for name, p in model.named_parameters()}
    top = rates["g_s.layers.0.weight"]
    assert top == pytest.approx(4e-4 * learning_rate_factor(15, 15, 40, RECIPE.learning_rate))
    assert rates["linear_synthesis.weight"] == pytest.approx(0.1 * top)
    assert rates["h_s.0.weight"] == pytest.approx(0.4 * top)
    assert rates["gain.log_gain"] == top
    assert {v for k, v in rates.items() if k.startswith("tone.")} == {None}
    assert optimiser.defaults["betas"] == (0.9, 0.99)
