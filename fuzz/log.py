"""Parse what libFuzzer and atheris write at the end of a run."""

import re
from dataclasses import dataclass
from typing import Final

_STATISTIC: Final = re.compile(r"^stat::(\w+):\s+(\d+)$", re.MULTILINE)
_EXCEPTION: Final = re.compile(r"=== Uncaught Python exception: ===\s+(.+)")
_FAILURE: Final = re.compile(r"ERROR: libFuzzer: (.+)")
_PLACE: Final = re.compile(r'File ".*?((?:llcodec|fuzz)/[\w/]+\.py)", line (\d+)')
_INPUT: Final = re.compile(r"Test unit written to (\S+)")


@dataclass(frozen=True)
class Run:
    """One run of an engine.

    Attributes:
        executions: how many inputs were tried.
        slowest: seconds of the slowest input.
        peak_mb: most memory of the process, in megabytes.
        crash: the exception that must not occur, and where; None after a clean run.
        input: the file with the input that caused it.
    """

    executions: int
    slowest: int
    peak_mb: int
    crash: str | None
    input: str | None


def read_log(text: str) -> Run:
    """Return the run that a log describes."""
    statistics = {name: int(value) for name, value in _STATISTIC.findall(text)}
    found = _EXCEPTION.search(text) or _FAILURE.search(text)
    places = _PLACE.findall(text)
    where = f" ({places[-1][0]}:{places[-1][1]})" if found and places else ""
    written = _INPUT.search(text)
    return Run(
        statistics.get("number_of_executed_units", 0),
        statistics.get("slowest_unit_time_sec", 0),
        statistics.get("peak_rss_mb", 0),
        found[1].strip() + where if found else None,
        written[1] if written else None,
    )
