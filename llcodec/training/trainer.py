"""What all trainings have in common: a run folder, a log, checkpoints, a clean end."""

import json
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import torch

from llcodec._outputs import atomic_write, make_folder
from llcodec.errors import InputError, LlcError
from llcodec.training.checkpoint import (
    RunState,
    load_checkpoint,
    read_notes,
    save_checkpoint,
    save_snapshot,
)
from llcodec.training.processes import Processes
from llcodec.training.reporting import JsonLines, Reporter, Row
from llcodec.training.stopping import StopRequest

_MOST_NAMED = 3  # settings, in an error


@dataclass(frozen=True)
class RunSchedule:
    """The length of a run in steps, and the intervals of reports, validations and checkpoints."""

    steps: int
    report_every: int = 50
    validate_every: int = 500
    checkpoint_minutes: float = 8.0
    sheet_minutes: float = 60.0


class Trainer(ABC):
    """A run in one folder: config.json, log.jsonl, checkpoint.safetensors, sheets/.

    Subclasses implement the steps, and count them in ``state.step``. Values that they append to
    ``state.window`` are averaged for the log, with the names in ``columns``.
    """

    columns: tuple[str, ...] = ("loss",)
    device = torch.device("cpu")
    batch = 1  # crops in a step
    keeps_best = False  # whether best.safetensors is a snapshot of the best validation

    def __init__(
        self,
        out: Path,
        state: RunState,
        schedule: RunSchedule,
        settings: Mapping[str, Any],
        processes: Processes | None = None,
    ) -> None:
        self.out, self.state, self.schedule = out, state, schedule
        self.settings = json.dumps(settings, indent=1) + "\n"
        self.processes = processes or Processes()
        self._best: tuple[float, int] | None = None  # merit and step

    @abstractmethod
    def step(self) -> None:
        """Take a step."""

    def validate(self) -> list[Row]:
        """Return the scores of the averaged weights on validation pictures, if there are any.

        This must not use the random numbers of the training.
        """
        return []

    def merit(self, scores: Sequence[Row]) -> float:
        """Return one number for the scores of a validation; higher is better."""
        return fmean(value for score in scores for value in score.values())

    def draw(self, path: Path) -> None:  # noqa: B027
        """Draw a sheet of validation pictures to ``path``, if there are any."""

    def skip(self, patience: int) -> None:
        """Count a skipped step; raises LlcError after ``patience`` of them in a row."""
        self.state.skipped += 1
        if self.state.skipped >= patience:
            raise LlcError(f"the training diverged: {patience} losses in a row not finite")

    @property
    def checkpoint(self) -> Path:
        """The file from which this run resumes."""
        return self.out / "checkpoint.safetensors"

    @property
    def config(self) -> Path:
        """The settings of this run folder."""
        return self.out / "config.json"

    @property
    def log(self) -> Path:
        """The log, with a line of JSON for every report."""
        return self.out / "log.jsonl"

    def resume(self) -> None:
        """Continue exactly from the checkpoint of this run folder.

        Raises InputError if settings, preset or data differ from those of the run folder.
        """
        if not self.config.is_file() or self.config.read_text() != self.settings:
            raise InputError(f"{self.config}: {self._other_settings()}")
        before, now = read_notes(self.checkpoint), self.state.notes
        for key in ("preset", "data"):
            if key in before and key in now and before[key] != now[key]:
                raise InputError(f"{self.checkpoint}: the run was started with other {key}")
        load_checkpoint(self.checkpoint, self.state)

    def _other_settings(self) -> str:
        """Return a message with the settings that differ from those of the run folder."""
        try:
            before = flat_settings(json.loads(self.config.read_text()))
        except (OSError, ValueError, AttributeError):
            return "missing, or not the settings of a run"
        now = flat_settings(json.loads(self.settings))
        others = [key for key in before | now if before.get(key) != now.get(key)]
        named = [f"{key} was {json.dumps(before.get(key))}" for key in others[:_MOST_NAMED]]
        more = ["…"] if len(others) > _MOST_NAMED else []
        return f"the run was started with other settings: {', '.join(named + more)}"

    def run(self, max_hours: float = math.inf, reporters: Sequence[Reporter] = ()) -> bool:
        """Train until the last step, ``max_hours`` of this session, or a signal.

        Returns whether the last step was reached.
        """
        if self.processes.rank == 0:
            make_folder(self.out)
            with atomic_write(self.config) as part:
                part.write_text(self.settings)
            log = JsonLines(self.log)
            log.cut_after(self.state.step)
            for step, scores in log.validations():
                self._note_best(step, scores)
            reporters = [log, *reporters]
        with StopRequest() as stop, ExitStack() as stack:
            listeners = [stack.enter_context(r) for r in reporters if self.processes.rank == 0]
            self._run(stop, max_hours, listeners)
        self._save()
        return self.state.step >= self.schedule.steps

    def _run(self, stop: StopRequest, max_hours: float, listeners: Sequence[Reporter]) -> None:
        started = saved = drawn = reported = time.monotonic()
        hours_before, schedule, state = self.state.hours, self.schedule, self.state
        first = last = state.step
        stopping = False
        while state.step < schedule.steps and not stopping:
            self.step()
            now = time.monotonic()
            state.hours = hours_before + (now - started) / 3600
            if state.step % schedule.report_every == 0 or state.step == schedule.steps:
                left = (schedule.steps - state.step) * (now - started) / (state.step - first)
                self._report(listeners, (state.step - last) / (now - reported), left / 3600)
                reported, last = now, state.step
            if state.step % schedule.validate_every == 0:
                self._validate(listeners)
            # While steps are skipped, the weights may be bad: the last good ones are kept.
            if now - saved > 60 * schedule.checkpoint_minutes and not state.skipped:
                self._save()
                saved = now
            if now - drawn > 60 * schedule.sheet_minutes or state.step == schedule.steps:
                self._draw()
                drawn = now
            stopping = stop.requested or now - started > 3600 * max_hours
            if self.processes.world_size > 1:  # all or none
                stopping = self.processes.any(stopping, self.device)

    def means(self) -> dict[str, float]:
        """Return the means of the values of all steps since the last report, by name."""
        columns = map(fmean, zip(*self.state.window, strict=True))
        return {name: round(mean, 4) for name, mean in zip(self.columns, columns, strict=False)}

    def _report(self, listeners: Sequence[Reporter], speed: float, hours_left: float) -> None:
        steps = (self.state.step - 1) % self.schedule.report_every + 1  # in all sessions
        row = {
            "hours": round(self.state.hours, 4),
            "skipped": steps - len(self.state.window),
            "restarts": len(self.state.restarted),
            "steps_per_second": round(speed, 3),
            "crops_per_second": round(speed * self.batch, 2),
            "hours_left": round(hours_left, 3),
            **self.means(),
        }
        self.state.window.clear()
        for listener in listeners:
            listener.losses(self.state.step, row)

    def _validate(self, listeners: Sequence[Reporter]) -> None:
        scores = self.validate() if self.processes.rank == 0 else []
        if not scores:
            return
        scores = [{key: round(value, 4) for key, value in score.items()} for score in scores]
        best = self._note_best(self.state.step, scores)
        if self.keeps_best and best == self.state.step and not self.state.skipped:
            self._save()
            save_snapshot(self.checkpoint, self.out / "best.safetensors")
        for listener in listeners:
            listener.validation(self.state.step, scores, best)

    def _note_best(self, step: int, scores: Sequence[Row]) -> int:
        """Return the step of the best validation so far, including this one."""
        merit = self.merit(scores)
        if self._best is None or merit > self._best[0]:
            self._best = merit, step
        return self._best[1]

    def _draw(self) -> None:
        if self.processes.rank == 0:
            self.draw(self.out / "sheets" / f"step-{self.state.step:07d}.png")

    def _save(self) -> None:
        if self.processes.rank == 0:
            save_checkpoint(self.checkpoint, self.state)
        self.processes.barrier()


def flat_settings(settings: Mapping[str, Any], within: str = "") -> dict[str, Any]:
    """Return nested settings as one table, with dotted keys as in ``--set``."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        flat |= (
            flat_settings(value, f"{within}{key}.")
            if isinstance(value, Mapping)
            else {within + key: value}
        )
    return flat
