"""Under which conditions times were measured: they mean nothing without."""

from dataclasses import dataclass, replace

from llcodec.bench.workers import threads_of


@dataclass(frozen=True, order=True)
class Conditions:
    """What seconds depend on besides what was done; the earliest come first.

    Attributes:
        date: of the measurement, as in ISO 8601.
        processor: as its maker calls it.
        jobs: how many processes measured side by side.
        threads: of PyTorch, in each of them.
        torch: the version of PyTorch.
    """

    date: str
    processor: str
    jobs: int
    threads: int
    torch: str

    def alike(self, other: "Conditions") -> bool:
        """Tell whether seconds of both can be compared: whether only the date differs."""
        return replace(self, date=other.date) == other

    def __str__(self) -> str:
        return (
            f"{self.processor}, {_number(self.jobs, 'job')}, {_number(self.threads, 'thread')}, "
            f"PyTorch {self.torch}, {self.date}"
        )


def conditions_here(jobs: int) -> Conditions:
    """Return those of this run, in which so many processes measure."""
    from llcodec.bench.machine import machine  # PyTorch

    found = machine()
    return Conditions(
        date=str(found["date"]),
        processor=str(found["processor"]),
        jobs=jobs,
        threads=threads_of(jobs),
        torch=str(found["torch"]),
    )


def _number(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"
