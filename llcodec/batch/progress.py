"""Show the progress of a job: a bar on a terminal, otherwise a line a minute."""

import sys
import time
from typing import TYPE_CHECKING, Final, Self

from llcodec._progress import counts_bar
from llcodec.batch.counts import Counts

if TYPE_CHECKING:
    from rich.progress import Progress

_EVERY: Final = 60.0  # seconds


class JobProgress:
    """Shows counts on stderr. Use as a context manager.

    Args:
        quiet: show nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr is not None and sys.stderr.isatty()
        self._bar: Progress | None = None
        self._next = time.monotonic() + _EVERY

    def __enter__(self) -> Self:
        if self._terminal and not self._quiet:
            self._bar = counts_bar()
            self._bar.add_task("files", total=None, text="starting workers")
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, counts: Counts) -> None:
        """Show counts, if it is time."""
        if self._bar is not None:
            [task] = self._bar.task_ids
            total, text = counts.total, counts.line()
            self._bar.update(task, completed=counts.files, total=total, text=text)
        elif not self._quiet and time.monotonic() >= self._next:
            self._next = time.monotonic() + _EVERY
            self.print(counts.line())

    def print(self, text: str) -> None:
        """Print a line, above the bar if there is one."""
        if self._bar is not None:
            self._bar.console.out(text, highlight=False)
        elif sys.stderr is not None:
            print(text, file=sys.stderr, flush=True)
