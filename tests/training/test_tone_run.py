import json
from pathlib import Path

import pytest
import torch

from llcodec.data.folders import DataFolders
from llcodec.errors import InputError
from llcodec.nets.tone import tone_network
from llcodec.training.checkpoint import load_weights, read_tensors
from llcodec.training.tone import ToneRecipe
from llcodec.training.tone_run import run_tone

TONE = ToneRecipe(steps=2, batch=2, validate_every=1)


@pytest.fixture
def folders(pair_folder: Path, photograph_folder: Path) -> DataFolders:
    return DataFolders.sort([pair_folder, photograph_folder])


def test_members_are_trained_with_seeds_of_their_own(folders: DataFolders, tmp_path: Path) -> None:
    assert run_tone(folders, TONE, tmp_path, seed=5, members=2)
    tensors, notes = read_tensors(tmp_path / "tone.safetensors")
    load_weights(tone_network(2), tensors, tmp_path / "tone.safetensors")
    first, second = (tensors[f"members.{i}.features.0.weight"] for i in range(2))
    assert not torch.equal(first, second)
    assert float(notes["hours"]) >= 0
    assert len(json.loads(notes["val_psnr"])) == 1
    log = (tmp_path / "member-1.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in log] == [1, 2]

    # The second member is what a run with its seed alone gives.
    run_tone(folders, TONE, tmp_path / "alone", seed=6)
    alone = read_tensors(tmp_path / "alone" / "tone.safetensors")[0]
    assert torch.equal(alone["features.0.weight"], second)


def test_members_that_are_finished_are_kept(folders: DataFolders, tmp_path: Path) -> None:
    run_tone(folders, TONE, tmp_path, members=1)
    first = (tmp_path / "member-0.safetensors").stat().st_mtime_ns
    (tmp_path / "tone.safetensors").unlink()
    run_tone(folders, TONE, tmp_path, members=2)
    assert (tmp_path / "member-0.safetensors").stat().st_mtime_ns == first


def test_a_tone_network_is_not_overwritten(folders: DataFolders, tmp_path: Path) -> None:
    run_tone(folders, TONE, tmp_path)
    with pytest.raises(InputError, match="holds a tone network already"):
        run_tone(folders, TONE, tmp_path)


def test_hours_end_it_and_the_next_run_goes_on(folders: DataFolders, tmp_path: Path) -> None:
    assert not run_tone(folders, TONE, tmp_path, max_hours=0.0)
    assert not (tmp_path / "tone.safetensors").exists()
    assert run_tone(folders, TONE, tmp_path)
    assert (tmp_path / "tone.safetensors").exists()
