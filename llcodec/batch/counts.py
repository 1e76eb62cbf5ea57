"""Count what a job has done."""

import time
from dataclasses import dataclass

from llcodec._progress import rate
from llcodec.batch.tasks import Outcome


@dataclass
class Counts:
    """The progress of a job.

    Attributes:
        done: pictures done.
        kept: outputs that were already complete.
        failed: pictures, shards and folders that failed.
        damaged: pictures done that lost a part.
        megapixels: of the pictures done.
        bytes_in: of the pictures done.
        bytes_out: of their outputs.
        total: the number of files, if known; a shard counts as one.
        files: files done, kept or failed; a shard counts as one.
        began: the time of the first outcome; starting the workers does not count.
    """

    total: int | None = None
    done: int = 0
    kept: int = 0
    failed: int = 0
    damaged: int = 0
    megapixels: float = 0.0
    bytes_in: int = 0
    bytes_out: int = 0
    files: int = 0
    began: float | None = None

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        if self.began is None and (outcome.rows or outcome.kept):
            self.began = time.monotonic()
        self.kept += outcome.kept
        self.files += outcome.kept
        for row in outcome.rows:
            self.files += not row.member
            if row.error is not None:
                self.failed += 1
            elif row.width is not None:
                self.done += 1
                self.damaged += row.damaged
                self.megapixels += row.megapixels
                self.bytes_in += row.bytes_in or 0
                self.bytes_out += row.bytes_out or 0

    def line(self) -> str:
        """Return the progress in one line."""
        seconds = 0.0 if self.began is None else time.monotonic() - self.began
        parts = [
            f"{self.done:,} done",
            *([f"{self.kept:,} kept"] if self.kept else []),
            f"{self.failed:,} failed",
            *([f"{self.damaged:,} damaged"] if self.damaged else []),
            *([rate(self.done / seconds), self._speed(seconds)] if seconds else []),
        ]
        left = self._left(seconds)
        return ", ".join([*parts, f"{left} left"] if left else parts)

    def _speed(self, seconds: float) -> str:
        return f"{self.megapixels / seconds:.2g} megapixels/s"

    def _left(self, seconds: float) -> str:
        if self.total is None or not self.files or self.files >= self.total:
            return ""
        minutes = seconds / self.files * (self.total - self.files) / 60
        if minutes < 1:
            return "less than a minute"
        return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"
