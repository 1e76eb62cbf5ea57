from collections.abc import Callable

import pytest
import torch
from torch import nn

from llcodec.nets.joint import JointModel
from llcodec.training.optimiser import (
    AdaptiveClip,
    learning_rate_factor,
    new_optimiser,
    set_learning_rates,
)
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
    optimiser = new_optimiser(model, RECIPE.learning_rate, (0.9, 0.99))
    set_learning_rates(optimiser, 15, 15, 40, RECIPE.learning_rate)
    of = {id(p): g["lr"] for g in optimiser.param_groups for p in g["params"]}
    rates = {name: of.get(id(p)) for name, p in model.named_parameters()}
    top = rates["g_s.layers.0.weight"]
    assert top == pytest.approx(4e-4 * learning_rate_factor(15, 15, 40, RECIPE.learning_rate))
    assert rates["linear_synthesis.weight"] == pytest.approx(0.1 * top)
    assert rates["h_s.0.weight"] == pytest.approx(0.4 * top)
    assert rates["gain.log_gain"] == top
    assert {v for k, v in rates.items() if k.startswith("tone.")} == {None}
    assert optimiser.defaults["betas"] == (0.9, 0.99)


def two_parts() -> nn.ModuleDict:
    return nn.ModuleDict({"linear_analysis": nn.Linear(3, 3), "g_s": nn.Linear(3, 3)})


def with_gradients(model: nn.ModuleDict, linear: float, transforms: float) -> nn.ModuleDict:
    """Give all gradients of a part one value each."""
    for name, value in (("linear_analysis", linear), ("g_s", transforms)):
        for parameter in model[name].parameters():
            parameter.grad = torch.full_like(parameter, value)
    return model


def norm_of(model: nn.ModuleDict, name: str) -> float:
    gradients = [p.grad for p in model[name].parameters() if p.grad is not None]
    return float(nn.utils.get_total_norm(gradients))


def test_each_part_is_clipped_by_its_own_norms() -> None:
    model, recent = two_parts(), dict[str, list[float]]()
    clip = AdaptiveClip(2.0, 100.0, recent)
    for _ in range(30):
        clip(with_gradients(model, 10.0, 0.1))
    usual = norm_of(with_gradients(model, 10.0, 0.1), "g_s")
    largest = clip(with_gradients(model, 10.0, 5.0))
    assert norm_of(model, "g_s") == pytest.approx(2 * usual, rel=1e-4)
    assert norm_of(model, "linear_analysis") == pytest.approx(100 * usual, rel=1e-4)
    assert float(largest) == pytest.approx(100 * usual, rel=1e-4)
    assert recent["transforms"][-1] == pytest.approx(50 * usual, rel=1e-4)
    for _ in range(200):
        clip(model)
    assert {len(norms) for norms in recent.values()} == {100}


def test_first_gradients_are_clipped_to_a_given_norm() -> None:
    model = with_gradients(two_parts(), 10.0, 0.01)
    AdaptiveClip(2.0, 1.0, {})(model)
    assert norm_of(model, "linear_analysis") == pytest.approx(1, rel=1e-4)
    assert norm_of(model, "g_s") == pytest.approx(0.01 * 12**0.5, rel=1e-4)


def test_gradients_that_are_not_finite_are_not_remembered() -> None:
    recent: dict[str, list[float]] = {}
    model = with_gradients(two_parts(), float("nan"), 1.0)
    assert not AdaptiveClip(2.0, 1.0, recent)(model).isfinite()
    assert recent["linear"] == []
