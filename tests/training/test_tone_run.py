import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from llcodec.data.folders import DataFolders
from llcodec.errors import InputError
from llcodec.nets.tone_networks import build_tone_network
from llcodec.training.checkpoint import load_weights, read_tensors
from llcodec.training.tone import ToneRecipe
from llcodec.training.tone_run import holds_members, run_tone

TONE = ToneRecipe(steps=2, batch=2, validate_every=1)


@pytest.fixture
def folders(pair_folder: Path, photograph_folder: Path) -> DataFolders:
    return DataFolders.sort([pair_folder, photograph_folder])


def test_members_are_trained_with_seeds_of_their_own(folders: DataFolders, tmp_path: Path) -> None:
    assert run_tone(folders, TONE, tmp_path, seed=5, members=2)
    tensors, notes = read_tensors(tmp_path / "tone.safetensors")
    load_weights(build_tone_network(2), tensors, tmp_path / "tone.safetensors")
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


@pytest.fixture
def interrupted(folders: DataFolders, tmp_path: Path) -> Path:
    """A run of two members that ended after the first."""
    run_tone(folders, TONE, tmp_path, seed=5, members=2)
    (tmp_path / "tone.safetensors").unlink()
    (tmp_path / "member-1.safetensors").unlink()
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"recipe": replace(TONE, steps=5)}, "recipe"),
        ({"seed": 7}, "seed"),
        ({"data": None}, "data"),
    ],
)
def test_members_of_another_run_are_not_mixed_in(
    folders: DataFolders, interrupted: Path, changed: dict[str, Any], key: str
) -> None:
    kept = (interrupted / "member-0.safetensors").read_bytes()
    arguments = {"data": folders, "recipe": TONE, "seed": 5, **changed}
    arguments["data"] = arguments["data"] or DataFolders(folders.pairs, ())
    with pytest.raises(InputError, match=f"member-0.safetensors: trained with another {key}"):
        run_tone(out=interrupted, members=2, **arguments)
    assert not (interrupted / "tone.safetensors").exists()
    assert (interrupted / "member-0.safetensors").read_bytes() == kept
    assert run_tone(folders, TONE, interrupted, seed=5, members=2)


def test_members_of_older_versions_are_taken_as_they_are(
    folders: DataFolders, interrupted: Path
) -> None:
    """They tell their hours only."""
    path = interrupted / "member-0.safetensors"
    save_file(read_tensors(path)[0], path, {"hours": "0.5"})
    assert run_tone(folders, TONE, interrupted, seed=5, members=2)
    notes = read_tensors(interrupted / "tone.safetensors")[1]
    assert float(notes["hours"]) >= 0.5


def test_a_run_shows_by_its_first_member(interrupted: Path) -> None:
    assert holds_members(interrupted)
    (interrupted / "member-0.safetensors").unlink()
    assert not holds_members(interrupted)  # logs alone are nothing to go on with
    assert not holds_members(interrupted / "none")


@pytest.mark.parametrize("name", ["member-0", "tone"])
def test_files_are_written_whole_or_not_at_all(
    folders: DataFolders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write = Path.write_bytes

    def cut_off(path: Path, data: bytes) -> int:
        if name not in path.name:
            return write(path, data)
        write(path, data[:100])
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", cut_off)
        with pytest.raises(KeyboardInterrupt):
            run_tone(folders, TONE, tmp_path)
    assert not (tmp_path / f"{name}.safetensors").exists()
    assert run_tone(folders, TONE, tmp_path)


def test_a_tone_network_is_not_overwritten(folders: DataFolders, tmp_path: Path) -> None:
    run_tone(folders, TONE, tmp_path)
    with pytest.raises(InputError, match="holds a tone network already"):
        run_tone(folders, TONE, tmp_path)


def test_hours_end_it_and_the_next_run_continues(folders: DataFolders, tmp_path: Path) -> None:
    assert not run_tone(folders, TONE, tmp_path, max_hours=0.0)
    assert not (tmp_path / "tone.safetensors").exists()
    assert run_tone(folders, TONE, tmp_path)
    assert (tmp_path / "tone.safetensors").exists()
