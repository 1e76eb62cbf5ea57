import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from llcodec.data.pairs import Pair
from llcodec.data.unpaired import Unpaired, gather_unpaired
from llcodec.errors import InputError, LlcError
from llcodec.metrics.perceptual import PerceptualMetric
from llcodec.nerco.loss_weights import NercoLossWeights
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.switches import NercoSwitches
from llcodec.training.checkpoint import read_tensors
from llcodec.training.nerco import NercoTrainer
from llcodec.training.nerco_recipe import NercoRecipe
from llcodec.training.photograph_darkening import PhotographDarkening

UNTIMED = ("hours", "steps_per_second", "crops_per_second", "hours_left")


class Guide:
    """Finds pictures bright by the mean of them."""

    def cosines(self, images: Tensor) -> Tensor:
        mean = images.mean((1, 2, 3)) / 5
        return torch.stack((0.3 - mean, 0.1 + mean), 1)


@pytest.fixture(scope="module")
def pictures(pairs: list[Pair], photographs: list[NDArray[np.uint8]]) -> Unpaired:
    return gather_unpaired([pair.low for pair in pairs], photographs)


@pytest.fixture
def trainer(
    tiny_nerco: NercoPreset, pictures: Unpaired, pairs: list[Pair], tmp_path: Path
) -> Callable[..., NercoTrainer]:
    def make(
        folder: str, metrics: Sequence[PerceptualMetric] = (), **changes: object
    ) -> NercoTrainer:
        recipe = NercoRecipe(
            tiny_nerco,
            steps=6,
            crop=32,
            ema_decay=0.9,
            precision="float32",
            validate_every=2,
        )
        recipe = replace(recipe, **changes)  # type: ignore[arg-type]
        out = tmp_path / folder
        return NercoTrainer(recipe, pictures, Guide(), pairs[:1], out, metrics=metrics)

    return make


def rows(trainer: NercoTrainer) -> list[dict[str, object]]:
    lines = trainer.log.read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k not in UNTIMED} for line in lines]


def test_resuming_continues_exactly(trainer: Callable[..., NercoTrainer]) -> None:
    """Both sides, their moments and the pools of older pictures are as if nothing had been."""
    whole = trainer("whole", batch=2)
    whole.run()
    for session in range(6):
        part = trainer("parts", batch=2)
        if session:
            part.resume()
        assert part.state.step == session
        part.run(max_hours=0)
    tensors, again = (read_tensors(run.checkpoint)[0] for run in (whole, part))
    assert sorted(tensors) == sorted(again)
    assert [k for k in tensors if not torch.equal(tensors[k], again[k])] == []
    assert tensors["opponent.history.bright"].shape == (12, 3, 32, 32)
    assert rows(part) == rows(whole)
    assert [row["step"] for row in rows(whole)] == [2, 4, 6, 6]


def test_a_start_restores_and_its_resuming_is_exact(trainer: Callable[..., NercoTrainer]) -> None:
    """The schedule of the learning rate begins after the start."""
    settings = {"start_steps": 3, "weights": NercoLossWeights(restoration=1), "constant": 0.5}
    whole = trainer("whole", **settings)
    judge = next(whole.update.discriminators.parameters())
    before = judge.detach().clone()
    rates = []
    for step in range(6):
        whole.step()
        rates.append(whole.state.optimiser.param_groups[0]["lr"] / 2e-4)
        assert torch.equal(before, judge) == (step < 3)
    assert rates == pytest.approx([1, 1, 1, 1, 1, 2 / 3])
    whole = trainer("again", **settings)
    whole.run()
    for session in range(6):
        part = trainer("parts", **settings)
        if session:
            part.resume()
        part.run(max_hours=0)
    tensors, again = (read_tensors(run.checkpoint)[0] for run in (whole, part))
    assert [k for k in tensors if not torch.equal(tensors[k], again[k])] == []


def test_the_step_size_falls_in_the_start_and_goes_on_from_there(
    trainer: Callable[..., NercoTrainer],
) -> None:
    weights = NercoLossWeights(restoration=1)
    run = trainer("run", start_steps=3, start_final=0.4, weights=weights, constant=0.5)
    rates = []
    for _ in range(6):
        run.step()
        rates.append(run.state.optimiser.param_groups[0]["lr"] / 2e-4)
    assert rates == pytest.approx([1, 0.8, 0.6, 0.4, 0.4, 0.4 * 2 / 3])


def test_lpips_takes_turns_and_resumes_with_the_same_features_only(
    trainer: Callable[..., NercoTrainer],
    lpips: PerceptualMetric,
    lpips_on_alexnet: PerceptualMetric,
) -> None:
    def make(folder: str, first: PerceptualMetric = lpips) -> NercoTrainer:
        weights = NercoLossWeights(restoration=1, perceptual=1)
        return trainer(
            folder,
            [first, lpips_on_alexnet],
            steps=4,
            start_steps=2,
            crop=64,
            weights=weights,
            backbones=("squeezenet", "alexnet"),
        )

    whole = make("whole")
    turns = []
    assert whole.lpips is not None
    for number, network in enumerate(whole.lpips.networks):
        network.register_forward_hook(lambda *_, number=number: turns.append(number))
    for _ in range(4):
        whole.step()
    assert turns == [0, 1, 0, 1]
    whole = make("again")
    whole.run()
    make("parts").run(max_hours=0)
    part = make("parts")
    part.resume()
    part.run()
    tensors, again = (read_tensors(run.checkpoint)[0] for run in (whole, part))
    assert [k for k in tensors if not torch.equal(tensors[k], again[k])] == []
    with pytest.raises(InputError, match=r"metrics\.lpips-squeeze"):
        make("parts", replace(lpips, sha256="0" * 64)).resume()
    with pytest.raises(InputError, match="needs LPIPS on squeezenet"):
        trainer("none", weights=NercoLossWeights(restoration=1, perceptual=1))


def test_how_photographs_are_darkened_reaches_the_step_and_resumes_exactly(
    trainer: Callable[..., NercoTrainer],
) -> None:
    weights = NercoLossWeights(restoration=1)
    shares = {"unchanged": 0.2, "lit": 0.6, "jpeg": 0.4, "parts": 0.5}
    settings = {"start_steps": 3, "steps": 4, "batch": 2, "weights": weights, **shares}
    whole = trainer("whole", **settings)
    darkening = whole.update.darkening
    assert isinstance(darkening, PhotographDarkening)
    assert (darkening.unchanged, darkening.lit, darkening.jpeg) == (0.2, 0.6, 0.4)
    assert whole.sampler.parts == 0.5
    whole.run()
    trainer("parts", **settings).run(max_hours=0)
    part = trainer("parts", **settings)
    part.resume()
    part.run()
    tensors, again = (read_tensors(run.checkpoint)[0] for run in (whole, part))
    assert [k for k in tensors if not torch.equal(tensors[k], again[k])] == []


def test_plain_runs_have_the_settings_and_terms_of_earlier_versions(
    trainer: Callable[..., NercoTrainer],
) -> None:
    run = trainer("run")
    settings = json.loads(run.settings)
    expected = (
        "preset seed steps epochs constant batch crop learning_rate clip_norm ema_decay patience "
        "switches weights guide prompts camera_noise even_light enlarge start_steps unchanged "
        "precision checkpoint_minutes sheet_minutes validate_every"
    )
    assert list(settings) == expected.split()
    terms = (
        "normalisation normalised_adversarial adversarial edges text consistency identity "
        "cooperative inspected_edges restoration"
    )
    assert list(settings["weights"]) == terms.split()
    assert run.columns == ("total", *terms.split(), "d_high", "d_low")
    assert "lit" in json.loads(
        trainer("lit", lit=0.5, weights=NercoLossWeights(restoration=1)).settings
    )


def test_the_best_weights_are_kept(trainer: Callable[..., NercoTrainer], tmp_path: Path) -> None:
    run = trainer("run")
    scores = iter([20.0, 30.0, 25.0])
    run.validate = lambda: [{"psnr": next(scores)}]  # type: ignore[method-assign]
    run.run()
    tensors, notes = read_tensors(tmp_path / "run" / "best.safetensors")
    assert notes["step"] == "4"
    assert "ema.g_h.net.global_shift.weight" in tensors


def test_validation_measures_whole_pictures(
    trainer: Callable[..., NercoTrainer], pairs: list[Pair]
) -> None:
    run = trainer("run")
    (scores,) = run.validate()
    assert 3 < scores["psnr"] < 50
    assert -1 <= scores["ssim"] <= 1
    assert scores["gt_mean"] > scores["psnr"]
    run.validation = []
    assert run.validate() == []


def test_sheets_show_input_result_and_target(
    trainer: Callable[..., NercoTrainer], tmp_path: Path
) -> None:
    run = trainer("run")
    run.draw(tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (900, 240)


def test_the_log_names_every_term(trainer: Callable[..., NercoTrainer]) -> None:
    run = trainer("run", steps=50, validate_every=100)
    run.run()
    (row,) = rows(run)
    assert row["skipped"] == 0
    terms = {"total", "normalisation", "text", "consistency", "cooperative", "d_high", "d_low"}
    assert terms < set(row)
    assert all(math.isfinite(float(row[term])) for term in terms)  # type: ignore[arg-type]


def test_the_step_size_follows_the_recipe(trainer: Callable[..., NercoTrainer]) -> None:
    run = trainer("run", steps=4, constant=0.5)
    rates = []
    for _ in range(4):
        run.step()
        rates.append(run.state.optimiser.param_groups[0]["lr"] / 2e-4)
    assert rates == pytest.approx([1, 1, 1, 0.5])


def test_switches_and_the_average_reach_the_networks(
    trainer: Callable[..., NercoTrainer],
) -> None:
    run = trainer("run", switches=NercoSwitches(normalisation=False, cooperation=False))
    assert run.update.model.nrn is None
    assert run.ema.model.me is None
    start = {k: v.clone() for k, v in run.ema.model.state_dict().items()}
    run.run()
    assert any(not torch.equal(v, start[k]) for k, v in run.ema.model.state_dict().items())
    last = trainer("last", ema_decay=0.0)
    last.run()
    model = last.update.model.state_dict()
    assert all(torch.equal(v, model[k]) for k, v in last.ema.model.state_dict().items())


def test_losses_that_are_no_numbers_end_the_run(trainer: Callable[..., NercoTrainer]) -> None:
    run = trainer("run", steps=50, patience=3)

    def spoil(module: nn.Module, inputs: object, out: Tensor) -> Tensor:
        return out * math.nan

    run.update.model.g_h.register_forward_hook(spoil)
    before = {k: v.clone() for k, v in run.ema.model.state_dict().items()}
    with pytest.raises(LlcError, match="3 losses in a row"):
        run.run()
    assert all(torch.equal(v, before[k]) for k, v in run.ema.model.state_dict().items())


def test_a_run_folder_keeps_its_settings(trainer: Callable[..., NercoTrainer]) -> None:
    trainer("run").run(max_hours=0)
    with pytest.raises(InputError, match="other settings"):
        trainer("run", crop=64).resume()
