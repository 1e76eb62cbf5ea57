import json
import math
import signal
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from llcodec._arrays import Pixels
from llcodec.data.pairs import Pair
from llcodec.data.sampling import Mix, Sources
from llcodec.engine.tensors import to_tensor
from llcodec.errors import InputError, LlcError
from llcodec.metrics.perceptual import PerceptualMetric
from llcodec.nets.density import round_ste
from llcodec.nets.joint import JointModel, JointOutput
from llcodec.training.checkpoint import read_tensors
from llcodec.training.codec import CodecTrainer
from llcodec.training.losses import lambda_of_quality
from llcodec.training.processes import Processes
from llcodec.training.recipe import LAMBDAS, Distortion, LearningRate, StageRecipe
from llcodec.training.validation import validate

RECIPE = StageRecipe(
    steps=6,
    batch=2,
    crop=64,
    learning_rate=LearningRate(warmup=3),
    distortion=Distortion(l1=0.03),
    precision="float32",
    validate_every=2,
    mix=Mix(0.5, 0.3),
)
UNTIMED = ("hours", "steps_per_second", "crops_per_second", "hours_left")


@pytest.fixture
def trainer(
    tiny_model: Callable[[], JointModel], sources: Sources, pairs: list[Pair], tmp_path: Path
) -> Callable[..., CodecTrainer]:
    pictures = [(to_tensor(p.low)[0], to_tensor(p.high)[0]) for p in pairs[:1]]

    def make(
        folder: str,
        stage: str = "joint",
        seed: int = 0,
        peak: float = 4e-4,
        metrics: Sequence[PerceptualMetric] = (),
        **changes: object,
    ) -> CodecTrainer:
        rate = replace(RECIPE.learning_rate, peak=peak)
        recipe = replace(RECIPE, learning_rate=rate, **changes)  # type: ignore[arg-type]
        return CodecTrainer(
            tiny_model(),
            stage,  # type: ignore[arg-type]
            recipe,
            sources,
            pictures,
            tmp_path / folder,
            seed=seed,
            metrics=metrics,
        )

    return make


def rows(trainer: CodecTrainer) -> list[dict[str, Any]]:
    lines = (trainer.out / "log.jsonl").read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k not in UNTIMED} for line in lines]


@pytest.mark.parametrize("stage", ["plain", "joint"])
def test_resuming_continues_exactly(trainer: Callable[..., CodecTrainer], stage: str) -> None:
    """Six steps at once, or one in each of six sessions: the same weights, average and log."""
    whole = trainer("whole", stage=stage)
    whole.run()
    for session in range(6):
        part = trainer("parts", stage=stage)
        if session:
            part.resume()
        assert part.state.step == session
        part.run(max_hours=0)
    tensors, metadata = read_tensors(whole.checkpoint)
    again, notes = read_tensors(part.checkpoint)
    assert sorted(tensors) == sorted(again)
    assert [k for k in tensors if not torch.equal(tensors[k], again[k])] == []
    assert {k: v for k, v in metadata.items() if k != "hours"} == {
        k: v for k, v in notes.items() if k != "hours"
    }
    assert rows(part) == rows(whole)
    assert [row["step"] for row in rows(whole)] == [2, 4, 6, 6]


def test_a_checkpoint_does_not_hold_the_batch_that_is_made_ahead(
    trainer: Callable[..., CodecTrainer],
) -> None:
    """Its random state is that of a run that draws each batch when it needs it."""
    run = trainer("run", steps=3)
    run.run(max_hours=0)
    drawn = np.random.default_rng(0)
    run._drawn(drawn, 0)
    stored = json.loads(read_tensors(run.checkpoint)[1]["rng"])
    assert stored == json.loads(json.dumps(drawn.bit_generator.state))


def test_training_changes_the_model_and_the_average_follows(
    trainer: Callable[..., CodecTrainer],
) -> None:
    run = trainer("run")
    start = {k: v.clone() for k, v in run.model.state_dict().items()}
    run.run()
    moved = {k for k, v in run.model.state_dict().items() if not torch.equal(v, start[k])}
    assert any(k.startswith("f_a1") for k in moved)
    assert any(k.startswith("linear_synthesis") for k in moved)
    assert not any(k.startswith(("tone", "latent_scale", "coded_scale")) for k in moved)
    average = run.ema.model.state_dict()
    assert any(not torch.equal(average[k], run.model.state_dict()[k]) for k in moved)


def test_plain_training_leaves_the_branch_as_it_is(trainer: Callable[..., CodecTrainer]) -> None:
    run = trainer("run", stage="plain", steps=2)
    start = {k: v.clone() for k, v in run.model.state_dict().items()}
    run.run()
    after = run.model.state_dict()
    branch = ("snr_branch", "f_a", "tone")
    assert all(torch.equal(after[k], start[k]) for k in start if k.startswith(branch))


def test_the_loss_falls(
    tiny_model: Callable[[], JointModel],
    sources: Sources,
    photographs: list[Pixels],
    tmp_path: Path,
) -> None:
    x = to_tensor(photographs[0])[0]
    rate = replace(RECIPE.learning_rate, peak=3e-3)
    recipe = replace(RECIPE, steps=100, learning_rate=rate, validate_every=50)
    model = tiny_model()
    run = CodecTrainer(model, "plain", recipe, sources, [(x, x)], tmp_path)
    torch.manual_seed(0)
    start = validate(model, [(x, x)], (2.0, 4.0, 7.0), enhance=False)
    run.run()
    *_, end = (row["val"] for row in rows(run) if "val" in row)
    assert cost([asdict(score) for score in start]) > 1.01 * cost(end)
    assert [row["step"] for row in rows(run) if "loss" in row] == [50, 100]


def cost(scores: list[dict[str, float]]) -> float:
    lambdas = lambda_of_quality(torch.tensor([s["quality"] for s in scores]), LAMBDAS)
    costs = (
        (s["bpp"] + float(lam) * 255**2 * float(10 ** (-s["psnr"] / 10))) / float(lam) ** 0.5
        for s, lam in zip(scores, lambdas, strict=True)
    )
    return float(sum(costs))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run_with_a_checkpoint(
    trainer: Callable[..., CodecTrainer], number: int
) -> None:
    run = trainer("run", validate_every=100)
    calls = []

    def interrupt(module: nn.Module, inputs: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            signal.raise_signal(number)

    run.model.register_forward_pre_hook(interrupt)
    run.run()
    assert run.state.step == 2
    assert json.loads(read_tensors(run.checkpoint)[1]["step"]) == 2


def spoil(model: JointModel, at: int, factor: float) -> None:
    """Make the loss of one call enormous."""
    calls = []

    def hook(module: nn.Module, inputs: object, out: JointOutput) -> JointOutput:
        calls.append(1)
        return replace(out, x_hat=out.x_hat * factor) if len(calls) == at else out

    model.register_forward_hook(hook)


@pytest.mark.parametrize("factor", [math.nan, math.inf])
def test_steps_whose_loss_is_no_number_are_skipped(
    trainer: Callable[..., CodecTrainer], factor: float
) -> None:
    run = trainer("run", steps=2, validate_every=100)
    spoil(run.model, 1, factor)
    before = [p.clone() for p in run.model.parameters()]
    run.run(max_hours=0)
    assert run.state.step == 1
    assert all(torch.equal(a, b) for a, b in zip(before, run.model.parameters(), strict=True))
    run.run()
    assert any(not torch.equal(a, b) for a, b in zip(before, run.model.parameters(), strict=True))
    assert all(p.isfinite().all() for p in run.model.parameters())


def test_steps_far_above_the_recent_ones_are_skipped(trainer: Callable[..., CodecTrainer]) -> None:
    run = trainer("run", steps=22, validate_every=100, stage="plain")
    weights: list[Tensor] = []
    run.model.register_forward_pre_hook(
        lambda module, inputs: weights.append(run.model.linear_synthesis.weight.detach().clone())
    )
    spoil(run.model, 21, 100.0)
    run.run()
    assert not torch.equal(weights[19], weights[20])
    assert torch.equal(weights[20], weights[21])


def test_resuming_remembers_the_recent_losses(trainer: Callable[..., CodecTrainer]) -> None:
    changes = {"steps": 23, "validate_every": 100, "stage": "plain"}
    run = trainer("run", **changes)
    run.model.register_forward_pre_hook(
        lambda module, given: signal.raise_signal(signal.SIGTERM) if run.state.step == 20 else None
    )
    run.run()
    assert run.state.step == 21
    again = trainer("run", **changes)
    again.resume()
    spoil(again.model, 1, 100.0)
    before = again.model.linear_synthesis.weight.detach().clone()
    again.run(max_hours=0)
    assert again.state.step == 22
    assert torch.equal(before, again.model.linear_synthesis.weight)


def test_a_run_gives_the_signals_back(trainer: Callable[..., CodecTrainer]) -> None:
    before = signal.getsignal(signal.SIGINT)
    trainer("run", steps=1, validate_every=100).run()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_run_folder_keeps_its_settings(trainer: Callable[..., CodecTrainer]) -> None:
    run = trainer("run", seed=7, peak=3e-4, steps=1)
    assert not run.out.exists()  # nothing is written before the run begins
    run.run()
    kept = json.loads((run.out / "config.json").read_text())
    assert kept["seed"] == 7
    assert kept["learning_rate"]["peak"] == 3e-4
    assert kept["mix"] == asdict(Mix(pairs=0.5, darkened=0.3))
    trainer("run", seed=7, peak=3e-4, steps=1).resume()
    with pytest.raises(InputError, match="other settings"):
        trainer("run", seed=8, peak=3e-4, steps=1).resume()


@pytest.mark.parametrize("stage", ["joint", "plain"])
def test_lpips_is_part_of_the_loss(
    trainer: Callable[..., CodecTrainer], lpips: PerceptualMetric, stage: str
) -> None:
    weighed = Distortion(perceptual=0.1)
    runs = [
        trainer(folder, stage, steps=2, metrics=[lpips], distortion=distortion)
        for folder, distortion in (("with", weighed), ("without", Distortion()))
    ]
    for run in runs:
        run.run()
    (row, *_), (other, *_) = map(rows, runs)
    assert row["loss"] > other["loss"]
    assert row["bpp"] != other["bpp"]  # the second step differs
    assert runs[0].lpips is not None
    (network,) = runs[0].lpips.networks
    assert not any(p.requires_grad for p in network.parameters())
    with pytest.raises(InputError, match="needs LPIPS on squeezenet"):
        trainer("x", stage, distortion=weighed)


def test_lpips_resumes_in_its_turn_with_the_same_features_only(
    trainer: Callable[..., CodecTrainer],
    lpips: PerceptualMetric,
    lpips_on_alexnet: PerceptualMetric,
) -> None:
    def make(folder: str, first: PerceptualMetric = lpips) -> CodecTrainer:
        weighed = Distortion(perceptual=0.1, backbones=("squeezenet", "alexnet"))
        metrics = [first, lpips_on_alexnet]
        return trainer(folder, steps=3, metrics=metrics, distortion=weighed)

    whole = make("whole")
    whole.run()
    make("parts").run(max_hours=0)
    with pytest.raises(InputError, match=r"metrics\.lpips-squeeze"):
        make("parts", replace(lpips, sha256="0" * 64)).resume()
    resumed = make("parts")
    resumed.resume()
    assert resumed.state.step == 1
    resumed.run()
    tensors, again = (read_tensors(run.checkpoint)[0] for run in (whole, resumed))
    assert all(torch.equal(tensor, again[key]) for key, tensor in tensors.items())


def test_runs_without_lpips_have_the_settings_of_earlier_versions(
    trainer: Callable[..., CodecTrainer], lpips: PerceptualMetric
) -> None:
    settings = json.loads(trainer("run", metrics=[lpips]).settings)
    assert "metrics" not in settings
    assert not {"perceptual", "backbones"} & settings["distortion"].keys()


def test_backbones_take_turns(
    trainer: Callable[..., CodecTrainer],
    lpips: PerceptualMetric,
    lpips_on_alexnet: PerceptualMetric,
) -> None:
    """The first step is with the first backbone, the second with the second."""
    known = {"squeezenet": lpips, "alexnet": lpips_on_alexnet}

    def loss(steps: int, *backbones: str) -> float:
        weighed = Distortion(perceptual=0.1, backbones=backbones)  # type: ignore[arg-type]
        metrics = [known[name] for name in backbones]
        folder = f"{steps}-{'-'.join(backbones)}"
        run = trainer(folder, steps=steps, metrics=metrics, distortion=weighed)
        run.run()
        return float(rows(run)[0]["loss"])

    assert loss(1, "squeezenet", "alexnet") == loss(1, "squeezenet") != loss(1, "alexnet")
    assert loss(2, "squeezenet", "alexnet") != loss(2, "squeezenet")


def test_every_backbone_needs_its_metric(
    trainer: Callable[..., CodecTrainer], lpips: PerceptualMetric
) -> None:
    weighed = Distortion(perceptual=0.1, backbones=("squeezenet", "alexnet"))
    with pytest.raises(InputError, match="needs LPIPS on squeezenet"):
        trainer("run", metrics=[lpips], distortion=weighed)


def test_seeds_decide_the_run(trainer: Callable[..., CodecTrainer]) -> None:
    ends = []
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        run = trainer(folder, seed=seed, steps=1, validate_every=100)
        run.run()
        ends.append(run.model.linear_synthesis.weight.detach())
    assert torch.equal(ends[0], ends[1])
    assert not torch.equal(ends[0], ends[2])


def test_each_picture_of_a_part_is_that_of_the_whole_batch(
    trainer: Callable[..., CodecTrainer],
) -> None:
    """Two processes draw what one draws, and each keeps its half."""
    whole, half = trainer("whole", batch=4), trainer("half", batch=4)
    half.processes = Processes(1, 2)
    half.shard = half.processes.shard(4)
    assert torch.equal(whole._qualities(whole.state.rng)[2:], half._qualities(half.state.rng))
    ours = whole.draws.sampler(0, whole.state.rng).crops(4, 64)
    theirs = half.draws.sampler(0, half.state.rng).crops(4, 64, half.shard)
    assert torch.equal(ours.low[2:], theirs.low)
    assert torch.equal(ours.high_thumbnail[2:], theirs.high_thumbnail)


def test_one_rate_is_trained_where_the_recipe_names_it(
    trainer: Callable[..., CodecTrainer],
) -> None:
    run = trainer("run", lambdas=(0.01, 0.02), rate_point=2, steps=2)
    assert run._qualities(run.state.rng).tolist() == [2.0, 2.0]
    assert run._lambdas(run._qualities(run.state.rng)).tolist() == pytest.approx([0.02, 0.02])
    run.run()
    assert run.state.step == 2


def test_sheets_are_drawn_by_the_clock(trainer: Callable[..., CodecTrainer]) -> None:
    run = trainer("run", sheet_minutes=0.0, steps=2)
    run.run()
    assert len(list((run.out / "sheets").iterdir())) == 2


def test_lower_precision_trains_too(trainer: Callable[..., CodecTrainer]) -> None:
    run = trainer("run", steps=2, precision="bfloat16", validate_every=100)
    run.run()
    assert all(p.isfinite().all() and p.dtype == torch.float32 for p in run.model.parameters())


def test_continuing_forgets_what_a_lost_session_logged(
    trainer: Callable[..., CodecTrainer],
) -> None:
    run = trainer("run", steps=6)
    run.run(max_hours=0)
    with run.log.open("a") as log:
        log.write('{"step": 4, "loss": 9}\n')
    again = trainer("run", steps=6)
    again.resume()
    again.run()
    assert [row["step"] for row in rows(again)] == [2, 4, 6, 6]
    assert not any(row.get("loss") == 9 for row in rows(again))


def test_the_average_takes_over_from_weights_that_went_bad(
    trainer: Callable[..., CodecTrainer],
) -> None:
    run = trainer("run", steps=12, patience=3, validate_every=100)

    def spoil_weights(module: nn.Module, given: object) -> None:
        if run.state.step == 4:
            run.model.linear_synthesis.weight.data.fill_(math.nan)

    run.model.register_forward_pre_hook(spoil_weights)
    run.run()
    assert run.state.restarted == [7]
    assert run.state.skipped == 0
    assert all(p.isfinite().all() for p in run.model.parameters())
    again = trainer("run", steps=12, patience=3, validate_every=100)
    again.resume()
    assert again.state.restarted == [7]


def test_without_an_average_the_last_checkpoint_takes_over(
    trainer: Callable[..., CodecTrainer],
) -> None:
    changes = {"steps": 12, "patience": 3, "validate_every": 100, "ema_decay": 0.0}
    run = trainer("run", **changes)

    def spoil_weights(module: nn.Module, given: object) -> None:
        if run.state.step == 4:
            run.model.linear_synthesis.weight.data.fill_(math.nan)

    run.run(max_hours=0)
    first = run.model.linear_synthesis.weight.detach().clone()
    run.model.register_forward_pre_hook(spoil_weights)
    seen = {}
    run.model.register_forward_pre_hook(
        lambda module, given: seen.update(
            {run.state.step: run.model.linear_synthesis.weight.detach().clone()}
        )
    )
    run.run()
    assert run.state.restarted == [7]
    assert torch.equal(seen[7], first)
    assert all(p.isfinite().all() for p in run.model.parameters())


def test_a_run_that_goes_bad_at_once_has_nothing_to_go_back_to(
    trainer: Callable[..., CodecTrainer],
) -> None:
    run = trainer("run", steps=12, patience=3, validate_every=100, ema_decay=0.0)
    with torch.no_grad():
        run.model.linear_synthesis.weight.fill_(math.nan)
    with pytest.raises(LlcError, match="before its first checkpoint"):
        run.run()


def test_a_run_that_diverges_says_so(trainer: Callable[..., CodecTrainer]) -> None:
    run = trainer("run", steps=200, patience=2, validate_every=1000)
    with torch.no_grad():
        run.model.linear_synthesis.weight.fill_(float("nan"))
        assert run.ema.model.linear_synthesis is not None
        run.ema.model.linear_synthesis.weight.fill_(float("nan"))
    with pytest.raises(LlcError, match="diverged"):
        run.run()
    assert run.state.step == 12


def test_the_last_steps_count_the_bits_of_rounded_latents(
    trainer: Callable[..., CodecTrainer],
) -> None:
    run = trainer("run", steps=4, hard_share=0.5, validate_every=100)
    seen = []
    run.model.register_forward_pre_hook(lambda module, given: seen.append(given[4]))
    run.run()
    assert [rounding is round_ste for rounding in seen] == [False, False, True, True]


def test_a_gradient_that_is_not_finite_changes_nothing(
    trainer: Callable[..., CodecTrainer],
) -> None:
    run = trainer("run", steps=1, validate_every=1000)
    run.model.g_s.register_full_backward_hook(
        lambda module, inputs, outputs: (inputs[0] * float("nan"),)
    )
    before = run.model.g_a0.layers[1].weight.detach().clone()
    run.run()
    assert torch.equal(run.model.g_a0.layers[1].weight, before)
