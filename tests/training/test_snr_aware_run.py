from pathlib import Path

import pytest

from llcodec.data.folders import DataFolders
from llcodec.errors import InputError
from llcodec.snr_aware.presets import SnrAwarePreset
from llcodec.training.checkpoint import read_tensors
from llcodec.training.run_options import RunOptions
from llcodec.training.snr_aware_recipe import SnrAwareRecipe
from llcodec.training.snr_aware_run import run_snr_aware


def test_a_run_stops_and_goes_on(
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
