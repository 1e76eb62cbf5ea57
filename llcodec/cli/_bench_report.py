"""Reports of a benchmark: progress and results."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from textwrap import wrap
from typing import TYPE_CHECKING, Self

from llcodec._progress import Bars
from llcodec.cli._problems import complain

if TYPE_CHECKING:
    from llcodec.bench.complexity import Complexity
    from llcodec.bench.results import BenchResult
    from llcodec.bench.runner import PipelineRun


class BenchLines:
    """Progress bars of pipelines, on terminals, and a line for each failure."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bars = Bars(wanted=not quiet)
        self._failures: dict[str, str] = {}  # what failed, by the first pipeline that it failed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.__exit__(*error)

    def progress(self, name: str, done: int, total: int) -> None:
        """Show how many images of a pipeline are done."""
        self._bars.show(name, done, total)

    def finished(self, run: "PipelineRun") -> None:
        """Report the end of a pipeline."""
        if run.failure is not None:
            first = self._failures.setdefault(run.failure, run.name)
            why = run.failure if first == run.name else f"failed like {first}"
            self._bars.print(complain(f"{run.name}: {why}"))
        elif not (self._quiet or self._bars.shown):
            self._bars.print(f"{run.name}: done")


def comparison_lines(outcome: "BenchResult") -> Iterator[str]:
    """Yield a table of rate, PSNR and SSIM (lowest to highest), and BD-rate and BD-PSNR.

    It fits into 80 columns: long names of pipelines have lines of their own. Yields nothing if no
    pipeline has results.
    """
    if not outcome.results:
        return
    beside = {comparison.name: comparison for comparison in outcome.comparisons}
    rows = [("pipeline", "bpp", "PSNR, dB", "SSIM", "BD-rate", "BD-PSNR")]
    for result in outcome.results:
        bpp, psnr, ssim = (_span(result.columns[key], digits) for key, digits in _SHOWN)
        found = beside.get(result.name)
        rate = _signed(None if found is None else found.bd_rate_psnr, 1, "%")
        gain = _signed(None if found is None else found.bd_psnr, 2, "dB")
        rows.append((result.name, bpp, psnr, ssim, rate, gain))
    wide = min(max(len(row[0]) for row in rows), _LONGEST_NAME)
    for name, *rest in rows:
        if len(name) > wide:
            yield name
            name = ""
        numbers = (f"{text:>{width}}" for text, width in zip(rest, _WIDTHS, strict=True))
        yield f"{name:{wide}} {' '.join(numbers)}"
    if beside:
        yield f"BD: bits for equal PSNR, and PSNR at equal rates, against {outcome.meta['anchor']}"


_WIDTHS = (12, 11, 11, 9, 9)
_LONGEST_NAME = 79 - sum(_WIDTHS) - len(_WIDTHS)
_SHOWN = (("bpp", 3), ("psnr-rgb", 2), ("ssim-rgb", 3))


def _span(values: Sequence[float | None], digits: int) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    least, most = (f"{value:.{digits}f}" for value in (min(known), max(known)))
    return least if least == most else f"{least}-{most}"


def _signed(value: float | None, digits: int, unit: str) -> str:
    return "-" if value is None else f"{value:+.{digits}f} {unit}"


def complexity_lines(complexities: "Sequence[Complexity]", *, as_json: bool) -> Iterator[str]:
    """Yield the table of ``llc bench complexity``, or a line of JSON for each pipeline."""
    if as_json:
        yield from (json.dumps(asdict(complexity)) for complexity in complexities)
        return
    yield f"{'at 960×512':30} {'parameters':>12} {'MACs':>10}"
    for found in complexities:
        yield _complexity_row(found.name, found.parameters, found.macs)
        if len(found.stages) > 1:
            yield from (_complexity_row(f"  {s.name}", s.parameters, s.macs) for s in found.stages)
        if found.source != "measured":
            yield from wrap(found.source, 78, initial_indent="  ", subsequent_indent="  ")


def _complexity_row(name: str, parameters: float, macs: float) -> str:
    return f"{name:30} {parameters / 1e6:10.2f} M {macs / 1e9:8.1f} G"
