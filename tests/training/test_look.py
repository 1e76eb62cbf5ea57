import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from llcodec._cards import ModelReference
from llcodec.codec.looks import LookFile, synthesis_arrays
from llcodec.data.pairs import Pair
from llcodec.data.sampling import Mix, Sources
from llcodec.errors import BrokenModelError, InputError, LlcError
from llcodec.metrics.perceptual import PerceptualMetric
from llcodec.nets.joint import JointModel
from llcodec.training.checkpoint import read_tensors
from llcodec.training.look import FrozenCodec, LookTrainer, synthesis_of
from llcodec.training.look_recipe import LookLossWeights, LookPreset, LookRecipe
from llcodec.training.recipe import LearningRate
from llcodec.training.validation import validation_pictures

UNTIMED = ("hours", "steps_per_second", "crops_per_second", "hours_left")
IDENTITY = {"name": "tiny", "preset": "tiny", "sha256": None}
Make = Callable[..., LookTrainer]


@pytest.fixture
def trainer(
    tiny_model: Callable[[], JointModel], sources: Sources, pairs: list[Pair], tmp_path: Path
) -> Make:
    def make(
        folder: str,
        *,
        brightens: bool = True,
        metrics: Sequence[PerceptualMetric] = (),
        look: LookFile | None = None,
        **changes: object,
    ) -> LookTrainer:
        recipe = LookRecipe(
            LookPreset("tiny", discriminator_width=4),
            steps=6,
            batch=2,
            crop=64,
            adversarial_after=2,
            learning_rate=LearningRate(1e-3, warmup=2),
            weights=LookLossWeights(ms_ssim=0, adversarial=0.1),
            mix=Mix(0.6, 0.3, fused=1.0),
            precision="float32",
            validate_every=2,
        )
        recipe = replace(recipe, **changes)  # type: ignore[arg-type]
        model = tiny_model()
        nn.init.normal_(model.g_s.layers[-2].weight, std=0.003)
        codec = FrozenCodec(model, brightens, IDENTITY)
        pictures = validation_pictures(pairs[:1], fused=1.0, plain=not brightens)
        return LookTrainer(recipe, codec, sources, pictures, tmp_path / folder, None, metrics, look)

    return make


def rows(trainer: LookTrainer) -> list[dict[str, object]]:
    lines = trainer.log.read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k not in UNTIMED} for line in lines]


def test_resuming_continues_exactly(trainer: Make) -> None:
    """Both sides and their moments are as if nothing had been."""
    whole = trainer("whole")
    whole.run()
    for session in range(6):
        part = trainer("parts")
        if session:
            part.resume()
        assert part.state.step == session
        part.run(max_hours=0)
    tensors, again = (read_tensors(run.checkpoint)[0] for run in (whole, part))
    assert sorted(tensors) == sorted(again)
    assert [k for k in tensors if not torch.equal(tensors[k], again[k])] == []
    assert any(key.startswith("opponent.optimiser.") for key in tensors)
    assert rows(part) == rows(whole)
    assert [row["step"] for row in rows(whole)] == [2, 4, 6, 6]


def test_only_the_synthesis_learns(trainer: Make) -> None:
    run = trainer("run")
    frozen = {k: v.clone() for k, v in run.codec.state_dict().items()}
    run.run()
    assert all(torch.equal(v, frozen[k]) for k, v in run.codec.state_dict().items())
    learned = run.model.state_dict()
    parts = {key.partition(".")[0] for key in learned}
    assert parts == {"g_s", "linear_synthesis", "latent_scale", "coded_scale"}
    for key, value in learned.items():
        assert torch.equal(value, frozen[key]) == key.endswith("_scale")


def test_it_starts_as_the_codec_decodes(trainer: Make) -> None:
    run = trainer("run")
    y = torch.randn(1, run.codec.preset.latents, 4, 4)
    assert torch.equal(run.model.synthesise(y), run.codec.synthesise(y))
    for row in run.validate():
        assert row["psnr"] == row["base_psnr"]


def test_it_comes_closer_to_its_targets(trainer: Make) -> None:
    weights = LookLossWeights(ms_ssim=0, adversarial=0)
    run = trainer("run", steps=60, weights=weights, validate_every=60)
    run.run()
    scores = run.validate()
    assert fmean(s["psnr"] for s in scores) > fmean(s["base_psnr"] for s in scores)


def test_the_discriminator_learns_before_it_has_a_say(trainer: Make) -> None:
    run = trainer("run")
    judge = next(run.discriminator.parameters())
    for step in range(4):
        before = judge.detach().clone()
        run.step()
        assert not torch.equal(before, judge)
        adversarial = run.state.window[-1][LookTrainer.columns.index("adversarial")]
        assert (adversarial == 0) == (step < 2)
    without = trainer("without", weights=LookLossWeights(ms_ssim=0, adversarial=0))
    judge = next(without.discriminator.parameters())
    before = judge.detach().clone()
    without.step()
    assert torch.equal(before, judge)


def test_the_discriminator_changes_what_is_learned(trainer: Make) -> None:
    with_it = trainer("with")
    without = trainer("without", weights=LookLossWeights(ms_ssim=0, adversarial=0))
    for run in (with_it, without):
        for _ in range(4):
            run.step()
    one, other = (run.model.g_s.layers[0].weight for run in (with_it, without))
    assert not torch.equal(one, other)


def test_features_come_closer_to_those_of_targets(trainer: Make, lpips: PerceptualMetric) -> None:
    weights = LookLossWeights(ms_ssim=0, adversarial=0, perceptual=5)
    run = trainer("run", steps=40, weights=weights, validate_every=40, metrics=[lpips])
    start = run.validate()
    assert all(row["lpips"] == row["base_lpips"] > 0 for row in start)
    run.run()
    scores = run.validate()
    assert fmean(s["lpips"] for s in scores) < fmean(s["base_lpips"] for s in scores)
    assert [s["base_lpips"] for s in scores] == [s["base_lpips"] for s in start]
    with pytest.raises(InputError, match="needs LPIPS"):
        trainer("other", weights=weights)


def test_lpips_resumes_exactly_with_the_same_features(
    trainer: Make, lpips: PerceptualMetric
) -> None:
    weights = LookLossWeights(ms_ssim=0, adversarial=0, perceptual=1)

    def run(folder: str, metric: PerceptualMetric) -> LookTrainer:
        return trainer(folder, steps=2, weights=weights, metrics=[metric])

    whole = run("whole", lpips)
    whole.run()
    run("parts", lpips).run(max_hours=0)
    resumed = run("parts", replace(lpips, weights="renamed.pth"))
    resumed.resume()
    resumed.run()
    tensors, again = (read_tensors(trained.checkpoint)[0] for trained in (whole, resumed))
    assert all(torch.equal(tensor, again[key]) for key, tensor in tensors.items())
    with pytest.raises(InputError, match=r"metrics\.lpips-squeeze"):
        run("parts", replace(lpips, sha256="0" * 64)).resume()


def test_backbones_take_turns(
    trainer: Make, lpips: PerceptualMetric, lpips_on_alexnet: PerceptualMetric
) -> None:
    """The first step is with the first backbone, the second with the second."""
    weights = LookLossWeights(ms_ssim=0, adversarial=0, perceptual=1)
    both, alone = (
        trainer(folder, weights=weights, metrics=metrics, backbones=backbones)
        for folder, metrics, backbones in (
            ("both", [lpips, lpips_on_alexnet], ("squeezenet", "alexnet")),
            ("alone", [lpips], ("squeezenet",)),
        )
    )
    for equal in (True, False):
        for run in (both, alone):
            run.step()
        assert (both.state.window[-1] == alone.state.window[-1]) == equal


def test_a_look_is_gone_on_from(trainer: Make) -> None:
    first = trainer("first")
    for _ in range(3):
        first.step()
    state = first.model.state_dict()
    arrays = synthesis_arrays({key: value.numpy().copy() for key, value in state.items()})
    look = LookFile("tiny-look", ModelReference("tiny", "0" * 64), arrays)
    second = trainer("second", look=look)
    for model in (second.model, second.ema.model):
        assert all(np.array_equal(model.state_dict()[k].numpy(), v) for k, v in arrays.items())
    second.run(max_hours=0)
    with pytest.raises(InputError, match="look"):
        trainer("second").resume()
    trainer("second", look=look).resume()
    del arrays["linear_synthesis.weight"]
    with pytest.raises(BrokenModelError, match="does not fit"):
        trainer("third", look=look)


def test_a_metric_without_a_weight_is_only_measured(trainer: Make, lpips: PerceptualMetric) -> None:
    measured, plain = trainer("measured", metrics=[lpips]), trainer("plain")
    measured.run(max_hours=0)
    measured = trainer("measured")  # one is not needed to resume, either
    measured.resume()
    for run in (measured, plain):
        run.run()
    tensors, others = (read_tensors(run.checkpoint)[0] for run in (measured, plain))
    assert all(torch.equal(tensor, others[key]) for key, tensor in tensors.items())
    assert "lpips" in trainer("third", metrics=[lpips]).validate()[0]
    assert "lpips" not in plain.validate()[0]


def test_codecs_that_do_not_brighten_learn_from_photographs(trainer: Make) -> None:
    run = trainer("run", brightens=False, adversarial_after=0)
    run.run()
    assert rows(run)[-1]["val"]


def test_transforms_may_run_in_bfloat16(trainer: Make) -> None:
    run = trainer("run", precision="bfloat16", adversarial_after=0, steps=2)
    run.run()
    (losses, validation) = rows(run)
    assert losses["skipped"] == 0
    assert validation["step"] == 2


def test_losses_are_logged_by_name(trainer: Make) -> None:
    run = trainer("run")
    run.run()
    last = rows(run)[-2]
    assert {
        "loss",
        "l1",
        "edges",
        "colour",
        "preview",
        "adversarial",
        "discriminator",
    } <= last.keys()


def test_resuming_with_another_codec_is_refused(trainer: Make) -> None:
    trainer("run").run(max_hours=0)
    run = trainer("run")
    run.settings = run.settings.replace('"name": "tiny"', '"name": "other"', 1)
    with pytest.raises(InputError, match=r"codec\.name"):
        run.resume()


def test_losses_that_are_not_finite_end_the_run(trainer: Make) -> None:
    run = trainer("run", patience=3)
    with torch.no_grad():
        run.model.g_s.layers[0].weight.fill_(torch.nan)
    with pytest.raises(LlcError, match="3 losses in a row"):
        run.run()


def test_sheets_show_the_picture_in_four_states(trainer: Make, tmp_path: Path) -> None:
    run = trainer("run")
    run.draw(tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width == 4 * 300
        assert sheet.height == 2 * 240  # two qualities of 160×128, enlarged


def test_the_synthesis_alone_is_a_copy(tiny_model: Callable[[], JointModel]) -> None:
    model = tiny_model()
    alone = synthesis_of(model)
    with torch.no_grad():
        alone.g_s.layers[0].weight.zero_()
    assert model.g_s.layers[0].weight.any()
