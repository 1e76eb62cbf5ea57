"""What came of a benchmark."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llcodec.bench.pictures import PictureSet
from llcodec.bench.results import Comparison, PipelineResult
from llcodec.bench.runner import PipelineRun


@dataclass(frozen=True)
class BenchOutcome:
    """Runs, results, and what was written of them.

    Attributes:
        pictures: what was measured on.
        runs: of all pipelines, those that failed among them.
        results: of those that did not fail, in the order of the runs.
        comparisons: theirs with the anchor; empty without it.
        meta: what the results share: data set, command, machine and others.
        problems: what else could not be done, and why; the results are whole without it.
        notes: what whoever reads the results should know, in lines; nothing is wrong.
        report: the page, if there is one.
    """

    pictures: PictureSet
    runs: tuple[PipelineRun, ...]
    results: tuple[PipelineResult, ...]
    comparisons: tuple[Comparison, ...]
    meta: Mapping[str, Any]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    report: Path | None = None

    @property
    def failures(self) -> tuple[PipelineRun, ...]:
        """The runs that failed."""
        return tuple(run for run in self.runs if run.failure is not None)
