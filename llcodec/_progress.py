"""Progress bars on stderr; Rich is imported only if one is shown."""

import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn, TaskID

_SPEED_SECONDS = 600  # training steps are slow, and validations interrupt them


class Bars:
    """A bar for each of several tasks, if stderr is a terminal. Use as a context manager."""

    def __init__(self, *, wanted: bool = True) -> None:
        self.shown = wanted and sys.stderr is not None and sys.stderr.isatty()
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def show(self, name: str, done: int, total: int) -> None:
        """Show how much of a task is done."""
        if not self.shown:
            return
        if self._progress is None:
            self._progress = _items_bar()
            self._progress.start()
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=total)
        self._progress.update(self._tasks[name], completed=done)

    def print(self, text: str) -> None:
        """Print a line on stderr, above the bars that are shown."""
        if self._progress is not None:
            self._progress.console.out(text, highlight=False)
        elif sys.stderr is not None:
            print(text, file=sys.stderr, flush=True)


def steps_bar() -> "Progress":
    """Return bars for training steps: each task has a field ``text``, shown beside its steps."""
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn

    return _bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
        TextColumn("{task.fields[text]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
        speed_seconds=_SPEED_SECONDS,
    )


def counts_bar() -> "Progress":
    """Return bars for counted files: each task has a field ``text``, shown beside its count."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

    return _bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[text]}"),
        transient=True,
    )


def _items_bar() -> "Progress":
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class RateColumn(ProgressColumn):
        """Items per second, or seconds per item."""

        def render(self, task: Task) -> Text:
            """Return the rate in words."""
            return Text(rate(task.speed))

    return _bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
        transient=True,
    )


def _bar(
    *columns: "ProgressColumn", transient: bool = False, speed_seconds: float = 30
) -> "Progress":
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    return Progress(
        *columns, console=console, transient=transient, speed_estimate_period=speed_seconds
    )


def rate(speed: float | None) -> str:
    """Return items per second, or seconds per item, in words."""
    if not speed:
        return "-/s"
    return f"{speed:.1f}/s" if speed >= 1 else f"{1 / speed:.1f} s each"
