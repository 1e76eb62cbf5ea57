"""What is measured once of each pipeline: its peak memory, and what its networks cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from llcodec._failures import in_one_line
from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.complexity import Complexity
from llcodec.bench.peak_memory import PeakMemory, largest, peak_memory
from llcodec.bench.pictures import BenchPicture
from llcodec.bench.pipeline_complexity import complexities_of
from llcodec.bench.runner import PipelineRun, Progress


@dataclass(frozen=True)
class Once:
    """What was measured of a pipeline; None, or nothing, where that failed.

    ``complexities`` are one for each quality, None where they are not known.
    """

    memory: PeakMemory | None = None
    complexities: tuple[Complexity | None, ...] = ()


def measure_once(
    runs: Sequence[PipelineRun],
    pictures: Sequence[BenchPicture],
    options: CodecOptions,
    folder: Path,
    progress: Progress,
) -> tuple[dict[str, Once], list[str]]:
    """Return what was measured of the pipelines that ran, by their names, and what went wrong.

    Kept in ``folder``. The pipelines' results are whole without it, so what fails is only told.
    Raises InputError if a picture cannot be read any more.
    """
    ran = [run for run in runs if run.failure is None]
    if not ran:
        return {}, []
    picture = largest(pictures)
    found: dict[str, Once] = {}
    problems: list[str] = []
    for number, run in enumerate(ran, 1):
        found[run.name] = _of_one(run, picture, options, folder, problems)
        progress("peak memory", number, len(ran))
    return found, problems


def _of_one(
    run: PipelineRun,
    picture: BenchPicture,
    options: CodecOptions,
    folder: Path,
    problems: list[str],
) -> Once:
    assert run.pipeline is not None, run.failure
    found = Once()
    try:
        memory = peak_memory(run, picture, options, folder / "memory")
        found = replace(found, memory=memory)
    except Exception as error:
        problems.append(f"{run.name}: its memory was not measured: {in_one_line(error)}")
    try:
        counted = complexities_of(run.pipeline, run.qualities, folder / "complexity")
        found = replace(found, complexities=counted)
    except Exception as error:
        problems.append(f"{run.name}: its networks were not counted: {in_one_line(error)}")
    return found
