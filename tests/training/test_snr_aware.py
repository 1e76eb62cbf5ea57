import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from llcodec.data.folders import DataFolders
from llcodec.data.pairs import Pair
from llcodec.data.sampling import Mix, Sources
from llcodec.errors import InputError, LlcError
from llcodec.snr_aware.presets import SnrAwarePreset
from llcodec.training.checkpoint import read_tensors
from llcodec.training.run_options import RunOptions
from llcodec.training.snr_aware import SnrAwareTrainer, charbonnier, run_snr_aware
from llcodec.training.snr_aware_recipe import SnrAwareRecipe

UNTIMED = ("hours", "steps_per_second", "crops_per_second", "hours_left")
Make = Callable[..., SnrAwareTrainer]


@pytest.fixture
def trainer(
    tiny_snr_aware: SnrAwarePreset, sources: Sources, pairs: list[Pair], tmp_path: Path
) -> Make:
    def make(folder: str, **changes: object) -> SnrAwareTrainer:
        recipe = SnrAwareRecipe(
            tiny_snr_aware,
            steps=6,
            batch=2,
            crop=32,
            warmup=3,
            mix=Mix(0.5, 0.3),
            precision="float32",
            validate_every=2,
        )
        recipe = replace(recipe, **changes)  # type: ignore[arg-type]
        return SnrAwareTrainer(recipe, sources, pairs[:1], tmp_path / folder)

    return make


def rows(trainer: SnrAwareTrainer) -> list[dict[str, object]]:
    lines = trainer.log.read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k not in UNTIMED} for line in lines]


def test_the_loss_is_the_distance_but_for_tiny_ones() -> None:
    zero = torch.zeros(1, 3, 4, 4)
    assert float(charbonnier(zero + 0.5, zero)) == pytest.approx(0.5, rel=1e-5)
    assert float(charbonnier(zero, zero)) == pytest.approx(1e-3)


def test_resuming_continues_exactly(trainer: Make) -> None:
    whole = trainer("whole")
    whole.run()
    for session in range(6):
        part = trainer("parts")
        if session:
            part.resume()
        part.run(max_hours=0)
    tensors, again = (read_tensors(run.checkpoint)[0] for run in (whole, part))
    assert [k for k in tensors if not torch.equal(tensors[k], again[k])] == []
    assert rows(part) == rows(whole)
    assert [row["step"] for row in rows(whole)] == [2, 4, 6, 6]


def test_it_learns(trainer: Make) -> None:
    run = trainer("run", steps=100, learning_rate=3e-3, validate_every=50)
    (before,) = run.validate()
    run.run()
    (after,) = run.validate()
    assert after["psnr"] > before["psnr"] + 1


def test_sheets_show_input_result_and_target(trainer: Make, tmp_path: Path) -> None:
    trainer("run").draw(tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (900, 240)


def test_losses_that_are_no_numbers_end_the_run(trainer: Make) -> None:
    run = trainer("run", steps=50, patience=3)

    def spoil(module: nn.Module, inputs: object, out: Tensor) -> Tensor:
        return out * math.nan

    run.model.register_forward_hook(spoil)
    before = {k: v.clone() for k, v in run.model.state_dict().items()}
    with pytest.raises(LlcError, match="3 losses in a row"):
        run.run()
    assert all(torch.equal(v, before[k]) for k, v in run.model.state_dict().items())


def test_a_run_folder_keeps_its_settings(trainer: Make) -> None:
    trainer("run").run(max_hours=0)
    with pytest.raises(InputError, match="other settings"):
        trainer("run", crop=64).resume()


def test_a_run_stops_and_continues(
    tiny_snr_aware: SnrAwarePreset, pair_folder: Path, photograph_folder: Path, tmp_path: Path
) -> None:
    recipe = SnrAwareRecipe(tiny_snr_aware, steps=3, batch=1, crop=32, precision="float32")
    data, out = DataFolders.sort([pair_folder, photograph_folder]), tmp_path / "run"
    assert not run_snr_aware(recipe, data, out, RunOptions(max_hours=0))
    with pytest.raises(InputError, match="holds a run already"):
        run_snr_aware(recipe, data, out, RunOptions())
    assert run_snr_aware(recipe, data, out, RunOptions(resume=True))
    notes = read_tensors(out / "checkpoint.safetensors")[1]
    assert notes["step"] == "3"
    assert notes["data"].endswith("3 pairs, 5 photographs")
    assert str(tmp_path) not in str(notes)
