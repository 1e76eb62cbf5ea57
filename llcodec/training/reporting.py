"""Report the progress of a run: a log of JSON lines, a progress bar, TensorBoard."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TextIO

from llcodec._extras import names_extra
from llcodec._outputs import atomic_write
from llcodec._progress import steps_bar

Row = Mapping[str, float]


class Reporter(Protocol):
    """Receives losses and validations, between ``__enter__`` and ``__exit__``."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def losses(self, step: int, row: Row) -> None:
        """Report the means since the last report, such as loss, bpp, PSNR in dB."""

    def validation(self, step: int, scores: Sequence[Row], best: int) -> None:
        """Report the scores of the averaged weights, and the step of the best ones so far."""


class JsonLines:
    """Append a line of JSON for each report to the log of a run folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: TextIO | None = None

    def __enter__(self) -> Self:
        self.file = self.path.open("a")
        return self

    def __exit__(self, *error: object) -> None:
        if self.file is not None:
            self.file.close()

    def cut_after(self, step: int) -> None:
        """Remove the rows after ``step``, at which the run resumes.

        Lines that a killed process left incomplete are removed as well. Raises OutputError if the
        log cannot be written.
        """
        if self.path.is_file():
            lines = self.path.read_text(errors="replace").splitlines()
            kept = [line + "\n" for line in lines if _step_of(line) <= step]
            with atomic_write(self.path) as part:
                part.write_text("".join(kept))

    def losses(self, step: int, row: Row) -> None:
        """Write a row."""
        self._write({"step": step, **row})

    def validation(self, step: int, scores: Sequence[Row], best: int) -> None:
        """Write all scores as one row."""
        self._write({"step": step, "val": [dict(score) for score in scores], "best_step": best})

    def validations(self) -> Iterator[tuple[int, list[Row]]]:
        """Yield the step and the scores of every validation in the log, in order."""
        for line in self.path.read_text().splitlines() if self.path.is_file() else ():
            row = json.loads(line)
            if row.get("val"):
                yield row["step"], row["val"]

    def _write(self, row: Mapping[str, object]) -> None:
        assert self.file is not None
        self.file.write(json.dumps(row) + "\n")
        self.file.flush()


def _step_of(line: str) -> float:
    """Return the step of a row of the log, or infinity if the row has no step."""
    try:
        return float(json.loads(line)["step"])
    except (ValueError, LookupError, TypeError):
        return math.inf


_UNITS = {
    "loss": "loss",
    "total": "loss",
    "bpp": "bpp",
    "psnr": "dB",
    "crops_per_second": "crops/s",
}


class ProgressLine:
    """A Rich progress bar on stderr: losses, bpp, PSNR, crops per second, remaining time."""

    def __init__(self, name: str, start: int, steps: int) -> None:
        self.progress = steps_bar()
        self.task = self.progress.add_task(name, total=steps, completed=start, text="")

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.progress.stop()

    def losses(self, step: int, row: Row) -> None:
        """Move the bar."""
        text = ", ".join(f"{row[key]:.3f} {unit}" for key, unit in _UNITS.items() if key in row)
        self.progress.update(self.task, completed=step, text=text)

    def validation(self, step: int, scores: Sequence[Row], best: int) -> None:
        """Print a line above the bar."""
        values = ", ".join(_in_words(score) for score in scores)
        verdict = "best so far" if best == step else f"best at step {best:,}"
        self.progress.console.print(f"step {step:,}: {values} ({verdict})", highlight=False)


def _in_words(score: Row) -> str:
    forms = {"quality": "q{:g}", "bpp": "{:.3f} bpp", "psnr": "{:.2f} dB"}
    return " ".join(forms.get(k, k + " {:.3f}").format(v) for k, v in score.items())


def require_tensorboard() -> None:
    """Raise InputError if TensorBoard is not installed."""
    with names_extra("tensorboard", "tensorboard"):
        import torch.utils.tensorboard  # noqa: F401


class TensorBoard:
    """Write scalars for TensorBoard, which an extra brings."""

    def __init__(self, folder: Path) -> None:
        require_tensorboard()
        from torch.utils.tensorboard import SummaryWriter

        self.writer = SummaryWriter(str(folder))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.writer.close()

    def losses(self, step: int, row: Row) -> None:
        """Write a scalar for each entry."""
        for name, value in row.items():
            self.writer.add_scalar(f"train/{name}", value, step)

    def validation(self, step: int, scores: Sequence[Row], best: int) -> None:
        """Write a scalar for each score of each quality."""
        for score in scores:
            values = dict(score)
            quality = values.pop("quality", None)
            name = "val" if quality is None else f"val/q{quality:g}"
            for key, value in values.items():
                self.writer.add_scalar(f"{name}/{key}", value, step)
