"""The guidance by bright references, on a tiny network."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from llcodec.data.sampling import Mix, Sources
from llcodec.errors import InputError
from llcodec.nets.joint import JointModel
from llcodec.training.codec import CodecTrainer
from llcodec.training.losses import rate_distortion
from llcodec.training.recipe import Distortion, StageRecipe
from llcodec.training.teacher import Teacher, relative_error

RECIPE = StageRecipe(
    steps=2, batch=2, crop=64, precision="float32", validate_every=100, mix=Mix(0.5, 0.3)
)


@pytest.fixture
def crops() -> Tensor:
    return torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


def test_errors_are_relative_to_the_features() -> None:
    taught = torch.full((2, 3, 4, 4), 2.0)
    learned = taught.clone()
    learned[1] += 1
    assert float(relative_error(learned, taught)) == pytest.approx(1 / 8)
    assert float(relative_error(10 * learned, 10 * taught)) == pytest.approx(1 / 8)
    assert torch.isfinite(relative_error(taught, torch.zeros_like(taught)))


def test_features_at_both_scales_are_guided(
    tiny_model: Callable[[], JointModel], crops: Tensor
) -> None:
    model = tiny_model()
    teacher = Teacher(model, weight=3)
    target = crops.flip(3)
    out = model(crops, None, torch.full((2,), 4.0))
    plain = rate_distortion(out, target, torch.full((2,), 0.01), Distortion())
    guided = teacher.guided(plain, target)
    with torch.no_grad():
        found: list[Tensor] = []
        hook = model.f_a0.register_forward_hook(lambda *call: found.append(call[2]))
        latents = model.analyse(crops, None)
        hook.remove()
        bright: list[Tensor] = []
        hook = model.g_a0.register_forward_hook(lambda *call: bright.append(call[2]))
        taught = model.analyse(target, None, enhance=False)
        hook.remove()
        expected = relative_error(found[0], bright[0]) + relative_error(latents, taught)
    torch.testing.assert_close(guided.total - plain.total, 3 * expected)
    assert (guided.bpp, guided.mse) == (plain.bpp, plain.mse)
    for part in (model.g_a0, model.f_a0, model.f_a1):
        slopes = torch.autograd.grad(
            guided.total - plain.total, list(part.parameters()), retain_graph=True
        )
        assert any(slope.any() for slope in slopes)
    assert not any(p.requires_grad for p in teacher.network.parameters())


def test_the_teacher_stays_as_the_stage_began(
    tiny_model: Callable[[], JointModel], sources: Sources, tmp_path: Path
) -> None:
    start = tiny_model().state_dict()
    run = CodecTrainer(
        tiny_model(), "joint", replace(RECIPE, teacher=0.5), sources, [], tmp_path / "run"
    )
    run.run()
    assert run.teacher is not None
    kept = run.teacher.network.state_dict()
    assert all(torch.equal(kept[key], value) for key, value in start.items())
    moved = run.model.state_dict()
    assert any(not torch.equal(moved[key], start[key]) for key in start if key.startswith("g_a0"))
    assert run.state.model.state_dict().keys() == start.keys()  # nothing of it is written
    assert json.loads(run.config.read_text())["teacher"] == 0.5


def test_without_one_settings_are_those_of_earlier_versions(
    tiny_model: Callable[[], JointModel], sources: Sources, tmp_path: Path
) -> None:
    run = CodecTrainer(tiny_model(), "joint", RECIPE, sources, [], tmp_path / "run")
    assert run.teacher is None
    assert "teacher" not in json.loads(run.settings)
    guided = replace(RECIPE, teacher=1.0)
    assert CodecTrainer(tiny_model(), "plain", guided, sources, [], tmp_path).teacher is None


def test_a_teacher_needs_a_branch_and_a_weight(tiny_model: Callable[[], JointModel]) -> None:
    plain = JointModel(tiny_model().preset.plain())
    with pytest.raises(InputError, match="SNR-aware branch"):
        Teacher(plain, 1)
    with pytest.raises(InputError, match="teacher must be above 0"):
        StageRecipe(teacher=0)
