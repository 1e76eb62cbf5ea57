"""Options of a run that do not affect what is learned."""

import math
import sys
from dataclasses import dataclass
from pathlib import Path

from llcodec.errors import InputError
from llcodec.training.recipe_checks import check_least
from llcodec.training.reporting import ProgressLine, Reporter, TensorBoard
from llcodec.training.trainer import Trainer


@dataclass(frozen=True)
class RunOptions:
    """Whether to resume a run folder, the time limit, the device, and additional output."""

    resume: bool = False
    max_hours: float = math.inf
    device: str = "auto"
    tensorboard: bool = False

    def __post_init__(self) -> None:
        """Raise InputError if ``max_hours`` is not a time."""
        check_least(0, max_hours=self.max_hours)


def refuse_to_overwrite(out: Path, options: RunOptions) -> None:
    """Raise InputError if ``out`` already contains a run and ``resume`` is not set."""
    if (out / "checkpoint.safetensors").exists() and not options.resume:
        raise InputError(f"{out} holds a run already; resume it or choose another folder")


def say_finished(out: Path) -> None:
    """Print to stderr that a run was already finished, so that nothing was trained."""
    print(f"{out} is finished: no step left to train", file=sys.stderr)


def run_trainer(name: str, trainer: Trainer, options: RunOptions) -> bool:
    """Start a run or resume it; return whether the last step was reached."""
    if trainer.checkpoint.exists():
        trainer.resume()
        if trainer.state.step >= trainer.schedule.steps:
            say_finished(trainer.out)
    reporters: list[Reporter] = [ProgressLine(name, trainer.state.step, trainer.schedule.steps)]
    if options.tensorboard:
        reporters.append(TensorBoard(trainer.out / "tensorboard"))
    return trainer.run(options.max_hours, reporters)
