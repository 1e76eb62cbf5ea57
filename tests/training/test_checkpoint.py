import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torch import nn

from llcodec.errors import InputError
from llcodec.training.checkpoint import (
    RunState,
    load_checkpoint,
    load_weights,
    read_tensors,
    save_checkpoint,
    save_snapshot,
    tensors_within,
)


def new_state(seed: int) -> RunState:
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    groups = [{"params": list(m.parameters()), "peak": 0.1} for m in model]
    return RunState(
        model, copy.deepcopy(model), torch.optim.Adam(groups), np.random.default_rng(seed)
    )


def advance(state: RunState) -> None:
    """A step that uses all that a state holds: both random generators, moments, weights."""
    state.optimiser.zero_grad()
    x = torch.rand(5, 3) + float(state.rng.random())
    state.model(x).square().mean().backward()
    state.optimiser.step()
    with torch.no_grad():
        for mine, theirs in zip(state.ema.parameters(), state.model.parameters(), strict=True):
            mine.lerp_(theirs, 0.3)
    state.step += 1


def weights(state: RunState) -> list[torch.Tensor]:
    return [*state.model.state_dict().values(), *state.ema.state_dict().values()]


def test_what_is_loaded_continues_exactly(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    first = new_state(1)
    first.hours = 1.25
    for _ in range(3):
        advance(first)
    save_checkpoint(path, first)
    for _ in range(3):
        advance(first)
    second = new_state(2)
    load_checkpoint(path, second)
    assert (second.step, second.hours) == (3, 1.25)
    for _ in range(3):
        advance(second)
    assert second.step == first.step
    assert all(torch.equal(a, b) for a, b in zip(weights(first), weights(second), strict=True))
    assert first.rng.random() == second.rng.random()


def test_a_state_without_a_single_step_can_be_kept(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    first, second = new_state(1), new_state(2)
    save_checkpoint(path, first)
    load_checkpoint(path, second)
    assert second.step == 0
    assert all(torch.equal(a, b) for a, b in zip(weights(first), weights(second), strict=True))


def test_checkpoints_replace_each_other_whole(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    state = new_state(1)
    for _ in range(2):
        advance(state)
        save_checkpoint(path, state)
    assert list(tmp_path.iterdir()) == [path]
    assert read_tensors(path)[1]["step"] == "2"


def test_the_average_alone_can_be_loaded(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    state = new_state(1)
    advance(state)
    save_checkpoint(path, state)
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    load_weights(model, tensors_within("ema.", read_tensors(path)[0]), path)
    assert torch.equal(model.get_parameter("0.weight"), state.ema.state_dict()["0.weight"])
    assert not torch.equal(model.get_parameter("0.weight"), state.model.state_dict()["0.weight"])


def test_a_snapshot_holds_the_average_in_half_precision(tmp_path: Path) -> None:
    checkpoint, path = tmp_path / "checkpoint.safetensors", tmp_path / "snapshot.safetensors"
    state = new_state(1)
    state.notes["lambdas"] = "[0.1]"
    advance(state)
    save_checkpoint(checkpoint, state)
    save_snapshot(checkpoint, path)
    assert path.stat().st_size < checkpoint.stat().st_size / 2
    tensors, notes = read_tensors(path)
    assert {name.split(".")[0] for name in tensors} == {"ema"}
    assert tensors["ema.0.weight"].dtype == torch.float16
    assert tensors["ema.0.bias"].dtype == torch.float32
    assert (notes["step"], notes["lambdas"], "rng" in notes) == ("1", "[0.1]", False)
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    load_weights(model, tensors_within("ema.", tensors), path)
    for name, value in state.ema.state_dict().items():
        torch.testing.assert_close(model.state_dict()[name], value, rtol=1e-3, atol=1e-4)


def test_a_snapshot_needs_averaged_weights(tmp_path: Path) -> None:
    checkpoint, path = tmp_path / "checkpoint.safetensors", tmp_path / "snapshot.safetensors"
    bare = tmp_path / "other.safetensors"
    save_checkpoint(checkpoint, new_state(1))
    tensors, _ = read_tensors(checkpoint)
    rest = {k: v for k, v in tensors.items() if not k.startswith("ema.")}
    bare.write_bytes(save(rest))
    with pytest.raises(InputError, match="averaged"):
        save_snapshot(bare, path)
    assert not path.exists()


def test_a_missing_checkpoint_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_checkpoint(tmp_path / "none.safetensors", new_state(1))
