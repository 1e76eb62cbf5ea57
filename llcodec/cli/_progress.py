"""The progress bar of a batch; Rich is imported only when there is one to show."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TimeRemainingColumn,
)
from rich.text import Text


class RateColumn(ProgressColumn):
    """How many files are done in a second, or how many seconds one takes."""

    def render(self, task: Task) -> Text:
        """Return the rate in words."""
        return Text(rate(task.speed))


def rate(speed: float | None) -> str:
    """Return files per second, or seconds per file, in words."""
    if not speed:
        return "- files/s"
    return f"{speed:.1f} files/s" if speed >= 1 else f"{1 / speed:.1f} s/file"


def progress_bar(total: int) -> Progress:
    """Return a bar on stderr for so many files."""
    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    bar.add_task("files", total=total)
    return bar
