"""Checkpoints of a run: written atomically, complete enough for an exact resume.

Weights and optimiser state are tensors in a safetensors file; everything else (step, hours, the
states of the random generators) is JSON in its metadata. No pickle is written or read.
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from llcodec._cards import read_card
from llcodec._outputs import atomic_write
from llcodec._weight_files import CARD
from llcodec.errors import InputError

_STATE_ONLY = (
    "recent",
    "norms",
    "window",
    "skipped",
    "rng",
    "stream",
)  # metadata that is only needed to resume


class History(Protocol):
    """Pictures that are kept between steps, as one tensor."""

    def state(self) -> Tensor:
        """Return all of them."""
        ...

    def restore(self, state: Tensor) -> None:
        """Replace them by those of ``state``."""
        ...


class Stream(Protocol):
    """Pictures that are read while a run goes on."""

    def state(self, number: int, /) -> Any:
        """Return, as JSON has it, the place that batch ``number`` is drawn from."""
        ...

    def restore(self, number: int, state: Any, /) -> None:
        """Continue with batch ``number`` at a place."""
        ...


@dataclass(frozen=True)
class Adversary:
    """The discriminators of adversarial training, and the pictures that they keep."""

    model: nn.Module
    optimiser: torch.optim.Optimizer
    histories: Mapping[str, History]


@dataclass
class RunState:
    """Everything that changes during a training run."""

    model: nn.Module
    ema: nn.Module
    optimiser: torch.optim.Optimizer
    rng: np.random.Generator
    adversary: Adversary | None = None
    stream: Stream | None = None
    step: int = 0
    hours: float = 0.0
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=100))
    window: list[list[float]] = field(default_factory=list)  # values that the next log row averages
    skipped: int = 0  # steps in a row
    restarted: list[int] = field(
        default_factory=list
    )  # steps at which the averaged weights replaced the others
    norms: dict[str, list[float]] = field(default_factory=dict)  # of gradients, by part
    notes: dict[str, str] = field(default_factory=dict)  # stored with the weights, constant


def save_checkpoint(path: Path, state: RunState) -> None:
    """Write ``state`` to ``path``, through a temporary file in the same folder."""
    tensors = {"torch_rng": torch.get_rng_state()}
    if torch.cuda.is_available():
        tensors["cuda_rng"] = torch.cuda.get_rng_state()
    tensors |= _prefixed("model.", state.model.state_dict())
    tensors |= _prefixed("ema.", state.ema.state_dict())
    tensors |= _moments("optimiser.", state.optimiser)
    if state.adversary is not None:
        tensors |= _prefixed("opponent.model.", state.adversary.model.state_dict())
        tensors |= _moments("opponent.optimiser.", state.adversary.optimiser)
        for name, history in state.adversary.histories.items():
            tensors[f"opponent.history.{name}"] = history.state()
    metadata = {
        "step": json.dumps(state.step),
        "hours": json.dumps(state.hours),
        "recent": json.dumps(list(state.recent)),
        "window": json.dumps(state.window),
        "skipped": json.dumps(state.skipped),
        "restarted": json.dumps(state.restarted),
        "norms": json.dumps(state.norms),
        "rng": json.dumps(state.rng.bit_generator.state),
        **state.notes,
    }
    if state.stream is not None:
        metadata["stream"] = json.dumps(state.stream.state(state.step))
    with atomic_write(path) as part:
        part.write_bytes(save({k: v.contiguous() for k, v in tensors.items()}, metadata))


def load_checkpoint(path: Path, state: RunState) -> None:
    """Set ``state`` to that of a file of :func:`save_checkpoint`."""
    tensors, metadata = read_tensors(path)
    state.model.load_state_dict(tensors_within("model.", tensors))
    state.ema.load_state_dict(tensors_within("ema.", tensors))
    _load_moments(state.optimiser, tensors_within("optimiser.", tensors))
    if state.adversary is not None:
        state.adversary.model.load_state_dict(tensors_within("opponent.model.", tensors))
        _load_moments(state.adversary.optimiser, tensors_within("opponent.optimiser.", tensors))
        for name, history in state.adversary.histories.items():
            history.restore(tensors[f"opponent.history.{name}"])
    torch.set_rng_state(tensors["torch_rng"])
    if torch.cuda.is_available() and "cuda_rng" in tensors:
        torch.cuda.set_rng_state(tensors["cuda_rng"])
    state.rng.bit_generator.state = json.loads(metadata["rng"])
    state.step, state.hours = json.loads(metadata["step"]), json.loads(metadata["hours"])
    if state.stream is not None:
        state.stream.restore(state.step, json.loads(metadata["stream"]))
    state.recent.clear()
    state.recent.extend(json.loads(metadata["recent"]))
    state.window[:] = json.loads(metadata["window"])
    state.skipped = json.loads(metadata["skipped"])
    state.norms.clear()
    state.norms.update(json.loads(metadata.get("norms", "{}")))
    state.restarted[:] = json.loads(metadata["restarted"])


def save_snapshot(checkpoint: Path, path: Path) -> None:
    """Write a snapshot: the averaged weights of a checkpoint in half precision.

    It has an eighth of the size of the checkpoint. It does not contain the state of the optimiser:
    a run can start from a snapshot, but cannot be resumed from it. Gains and magnitudes keep their
    precision.

    Raises:
        InputError: if the checkpoint cannot be read, or has no averaged weights.
        OutputError: if ``path`` cannot be written.
    """
    tensors, metadata = read_tensors(checkpoint)
    averaged = tensors_within("ema.", tensors)
    if not averaged:
        raise InputError(f"{checkpoint}: has no averaged weights")
    small = {k: v.half() if v.ndim > 1 and "gain" not in k else v for k, v in averaged.items()}
    kept = {k: v for k, v in metadata.items() if k not in _STATE_ONLY}
    with atomic_write(path) as part:
        part.write_bytes(save({f"ema.{k}": v.contiguous() for k, v in small.items()}, kept))


def _moments(prefix: str, optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for index, values in optimiser.state_dict()["state"].items():
        tensors |= _prefixed(f"{prefix}{index}.", values)
    return tensors


def _load_moments(optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    slots: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, name = key.split(".", 1)
        slots.setdefault(int(index), {})[name] = value
    optimiser.load_state_dict(optimiser.state_dict() | {"state": slots})
    _lay_out_moments(optimiser)


def _lay_out_moments(optimiser: torch.optim.Optimizer) -> None:
    """Give moments the memory layout of their weights, which fused Adam assumes."""
    for parameter, values in optimiser.state.items():
        for key, value in values.items():
            if value.shape == parameter.shape:
                values[key] = torch.empty_like(parameter).copy_(value).detach()


def load_weights(model: nn.Module, tensors: dict[str, Tensor], path: Path) -> None:
    """Set the weights of ``model``; raises InputError if those of ``path`` do not fit."""
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        raise InputError(f"{path}: these are the weights of another network") from error


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return all tensors and the metadata of a safetensors file.

    Raises InputError if it does not exist or is damaged.
    """
    with _opened(path) as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        return tensors, file.metadata() or {}


def read_notes(path: Path) -> dict[str, str]:
    """Return the metadata of a safetensors file. Raises InputError like :func:`read_tensors`."""
    with _opened(path) as file:
        return file.metadata() or {}


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path}: not a checkpoint, or a damaged one") from error


def is_weight_file(path: Path) -> bool:
    """Return whether a safetensors file is a weight file, not a checkpoint. Raises InputError."""
    return CARD in read_notes(path)


def training_notes(path: Path) -> Mapping[str, str]:
    """Return the notes of a checkpoint, or those on the card of a weight file."""
    return read_card(path).notes if is_weight_file(path) else read_notes(path)


def hours_of(path: Path) -> float:
    """Return the hours of the training of a file and of its predecessors; 0 if unknown."""
    if is_weight_file(path):
        return read_card(path).training.hours or 0.0
    notes = read_notes(path)
    return sum(float(json.loads(notes.get(key, "0"))) for key in ("hours", "hours_before"))


def _prefixed(prefix: str, values: dict[str, Any]) -> dict[str, Tensor]:
    return {prefix + key: torch.as_tensor(value) for key, value in values.items()}


def tensors_within(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors whose names begin with ``prefix``, under names without it."""
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
