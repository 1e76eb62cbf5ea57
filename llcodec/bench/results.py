"""The results of a benchmark: JSON for each pipeline, in CompressAI's schema, and a table."""

import csv
import io
import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from llcodec._outputs import atomic_write
from llcodec.bench.complexity import Complexity, Stage
from llcodec.bench.machine import Conditions
from llcodec.bench.per_pipeline import PeakMemory
from llcodec.bench.pictures import PictureSet
from llcodec.bench.runner import PipelineRun
from llcodec.bench.scores import Scores, mean_known, mean_scores
from llcodec.errors import OutputError
from llcodec.metrics.bjontegaard import Curve, bd_psnr, bd_rate, curve_of

_DIGITS = 6
# Names of columns in the schema of CompressAI, and the fields of Scores.
COLUMNS: Mapping[str, str] = {
    "bpp": "bpp",
    "psnr-rgb": "psnr",
    "ms-ssim-rgb": "ms_ssim",
    "ssim-rgb": "ssim",
    "psnr-gt-mean-rgb": "gt_mean_psnr",
    "psnr-fitted-rgb": "fitted_psnr",
    "niqe": "niqe",
    "loe": "loe",
    "loe-local-max": "loe_local_max",
}


@dataclass(frozen=True)
class PipelineResult:
    """The means of one pipeline over all pictures, for each quality.

    Attributes:
        name: of the pipeline.
        spec: the pipeline, as on the command line.
        record: everything that decides the results of the pipeline.
        qualities: on the scale of the codec.
        columns: a number, or None, for each quality, by names as in the JSON file; times are
            medians, in seconds.
        memory: None if it was not measured.
        complexities: one for each quality; None unless the pipeline has known networks only.
        conditions: all those under which times were measured.
    """

    name: str
    spec: str
    record: Mapping[str, Any]
    qualities: tuple[float, ...]
    columns: Mapping[str, tuple[float | None, ...]]
    memory: PeakMemory | None = None
    complexities: tuple[Complexity | None, ...] = ()
    conditions: tuple[Conditions, ...] = ()

    @property
    def complexity(self) -> Complexity | None:
        """The complexity of the pipeline, at the middle one of its qualities."""
        return self.complexities[len(self.complexities) // 2] if self.complexities else None

    def curve(self, measure: str) -> Curve | None:
        """Return the rate-distortion curve of a column."""
        rates = [rate for rate in self.columns["bpp"] if rate is not None]
        return curve_of(rates, self.columns[measure])


@dataclass(frozen=True)
class Comparison:
    """A pipeline against the anchor: BD-rates in percent, BD-PSNR in dB, None if undefined."""

    name: str
    bd_rate_psnr: float | None
    bd_rate_ms_ssim: float | None
    bd_psnr: float | None

    @property
    def rank(self) -> tuple[bool, float, float]:
        """A sort key, best first: the fewest bits for equal PSNR, then the highest PSNR.

        Pipelines without a BD-rate come last.
        """
        rate, psnr = self.bd_rate_psnr, self.bd_psnr
        return rate is None, rate or 0.0, math.inf if psnr is None else -psnr


def result_of(
    run: PipelineRun,
    memory: PeakMemory | None = None,
    complexities: tuple[Complexity | None, ...] = (),
) -> PipelineResult:
    """Return the means of a run that did not fail; columns of distances have the metrics' names.

    ``complexities`` has one entry for each quality, or is empty if nothing was counted.
    """
    assert run.pipeline is not None, run.failure
    means = [mean_scores(list(scores)) for scores in run.scores]
    columns = {
        name: tuple(_rounded(getattr(mean, own)) for mean in means) for name, own in COLUMNS.items()
    }
    columns["ms-ssim-db-rgb"] = tuple(map(_decibels, columns["ms-ssim-rgb"]))
    columns["encoding_time"] = tuple(_median(scores, "encode_seconds") for scores in run.scores)
    columns["decoding_time"] = tuple(_median(scores, "decode_seconds") for scores in run.scores)
    for name, distances in run.distances.items():
        columns[name] = tuple(_rounded(mean_known(column)) for column in distances)
    counted = complexities or (None,) * len(run.qualities)
    columns["parameters"] = tuple(None if c is None else c.parameters for c in counted)
    columns["gmacs_960x512"] = tuple(None if c is None else _giga(c.macs) for c in counted)
    record = run.pipeline.record()
    return PipelineResult(
        run.name,
        run.spec,
        record,
        run.qualities,
        columns,
        memory,
        complexities,
        run.conditions,
    )


def compare(results: Sequence[PipelineResult], anchor: str) -> list[Comparison]:
    """Return each pipeline compared with the one named ``anchor``; an empty list without it."""
    base = next((result for result in results if result.name == anchor), None)
    if base is None:
        return []
    return [_comparison(base, result) for result in results]


def write_results(
    results: Sequence[PipelineResult],
    comparisons: Sequence[Comparison],
    meta: Mapping[str, Any],
    out: Path,
) -> None:
    """Write ``out``/NAME.json for each pipeline and ``out``/table.csv for all of them.

    ``meta`` is what they share: data set, command, machine, date. The conditions under which times
    were measured, which may be those of earlier runs, are added to it. Raises OutputError.
    """
    by_name = {comparison.name: comparison for comparison in comparisons}
    for result in results:
        with atomic_write(result_path(out, result.name)) as partial:
            partial.write_text(
                json.dumps(_stored(result, by_name.get(result.name), meta), indent=1) + "\n"
            )
    with atomic_write(out / "table.csv") as partial:
        partial.write_text(_table(results))


def _stored(
    result: PipelineResult, comparison: Comparison | None, meta: Mapping[str, Any]
) -> dict[str, Any]:
    times = [asdict(conditions) for conditions in result.conditions]
    stored: dict[str, Any] = {
        "name": result.name,
        "description": result.spec,
        "meta": {**meta, "times": times, "pipeline": result.record},
        "results": {"quality": result.qualities, **result.columns},
        "peak_memory_mb": None if result.memory is None else asdict(result.memory),
        "complexity": _sizes(result),
    }
    if comparison is not None:
        stored["bd"] = {
            "anchor": meta.get("anchor"),
            "bd-rate-psnr": comparison.bd_rate_psnr,
            "bd-rate-ms-ssim": comparison.bd_rate_ms_ssim,
            "bd-psnr": comparison.bd_psnr,
        }
    return stored


def _sizes(result: PipelineResult) -> list[dict[str, Any]] | None:
    """Return the stages of the networks, once for all qualities that share them."""
    pairs = zip(result.qualities, result.complexities, strict=False)  # empty if nothing was counted
    known = [(quality, one) for quality, one in pairs if one is not None]
    sizes = [
        {"qualities": [quality for quality, _ in same], "stages": [_stage(s) for s in one.stages]}
        for one, same in ((one, list(same)) for one, same in groupby(known, lambda pair: pair[1]))
    ]
    return sizes or None


def _stage(stage: Stage) -> dict[str, Any]:
    macs = _giga(stage.macs)
    return {"name": stage.name, "parameters": stage.parameters, "gmacs_960x512": macs}


def _giga(macs: float) -> float:
    return round(macs / 1e9, _DIGITS)


def _table(results: Sequence[PipelineResult]) -> str:
    text = io.StringIO()
    names = list(results[0].columns) if results else []
    table = csv.writer(text, lineterminator="\n")
    sides = ("encode", "decode")
    memory_names = (f"peak_memory_mb_{side}" for side in sides)
    table.writerow(["pipeline", "quality", *names, *memory_names, "times_measured_with"])
    for result in results:
        memory = [getattr(result.memory, side, None) for side in sides]
        times = "; ".join(map(str, result.conditions))
        for row, quality in enumerate(result.qualities):
            values = [*(result.columns[name][row] for name in names), *memory, times]
            table.writerow([result.name, quality, *("" if v is None else v for v in values)])
    return text.getvalue()


def _comparison(base: PipelineResult, result: PipelineResult) -> Comparison:
    def both(measure: str) -> tuple[Curve, Curve] | None:
        one, other = base.curve(measure), result.curve(measure)
        return None if one is None or other is None else (one, other)

    psnr, ms_ssim = both("psnr-rgb"), both("ms-ssim-db-rgb")
    return Comparison(
        result.name,
        None if psnr is None else _rounded(bd_rate(*psnr)),
        None if ms_ssim is None else _rounded(bd_rate(*ms_ssim)),
        None if psnr is None else _rounded(bd_psnr(*psnr)),
    )


def _median(scores: Sequence[Scores], name: str) -> float | None:
    return _rounded(median(getattr(score, name) for score in scores)) if scores else None


def _decibels(ms_ssim: float | None) -> float | None:
    return None if ms_ssim is None else _rounded(-10 * math.log10(max(1 - ms_ssim, 1e-10)))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


@dataclass(frozen=True)
class BenchResult:
    """The result of a benchmark.

    Attributes:
        pictures: of the benchmark.
        runs: of all pipelines, including those that failed.
        results: of those that did not fail, in the order of the runs.
        comparisons: of the results with the anchor; empty without an anchor.
        meta: what the results share: data set, command, machine and others.
        problems: other failures, which leave the results valid, one line each.
        notes: remarks for readers of the results, which are not problems, one line each.
        report: the path of the report, if there is one.
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


def result_path(out: Path, name: str) -> Path:
    """Return the path of the results of the pipeline ``name`` in a folder."""
    return out / f"{name}.json"


def remove_results(out: Path, names: Iterable[str]) -> None:
    """Remove the earlier results of pipelines, if any. Raises OutputError."""
    for name in names:
        path = result_path(out, name)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"cannot remove {path}: {error.strerror or error}") from error


def other_results(out: Path, names: Collection[str]) -> tuple[str, ...]:
    """Return the sorted names of JSON files in a folder that are not results of these pipelines."""
    own = {result_path(out, name).name for name in names}
    return tuple(sorted({path.name for path in out.glob("*.json")} - own))
