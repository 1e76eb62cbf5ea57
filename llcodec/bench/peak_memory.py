"""Peak memory of pipelines: each side of one on one picture, in a process that does nothing else.

Interpreter, libraries and weights count, since whoever runs it needs them too. Inside the benchmark
itself such a figure would hold whatever ran before.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from llcodec._outputs import written
from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.kept import Keys
from llcodec.bench.pictures import BenchPicture
from llcodec.bench.runner import PipelineRun
from llcodec.bench.watching import peak_of
from llcodec.imaging.size import picture_size

_MAX_PIXELS = sys.maxsize  # reading the picture itself has its own limit


@dataclass(frozen=True)
class PeakMemory:
    """Peak resident memory in MB (10^6 bytes); None where the system does not tell.

    ``picture`` is what was coded, ``width``×``height`` pixels, ``quality`` the codec's own number.
    """

    encode: float | None
    decode: float | None
    picture: str
    width: int
    height: int
    quality: float


def peak_memory(
    run: PipelineRun, picture: BenchPicture, options: CodecOptions, folder: Path
) -> PeakMemory:
    """Return what both sides of a pipeline need, at the middle one of its qualities.

    Kept in ``folder``, so that it is measured once. Raises InputError if a side fails in a process
    of its own, OutputError if the figure cannot be kept.
    """
    assert run.pipeline is not None, run.failure
    quality = run.qualities[len(run.qualities) // 2]
    path = folder / f"{Keys(run.pipeline.record()).of(picture, quality)}.json"
    kept = _read(path)
    if kept is not None:
        return kept
    encode, decode = _both_sides(run.spec, picture.source, quality, options)
    height, width = picture_size(picture.source, max_pixels=_MAX_PIXELS)
    found = PeakMemory(encode, decode, picture.id, width, height, quality)
    with written(path) as part:
        part.write_text(json.dumps(asdict(found)))
    return found


def largest(pictures: Sequence[BenchPicture]) -> BenchPicture:
    """Return the picture with the most pixels, the first of them. Raises InputError."""
    sizes = [picture_size(picture.source, max_pixels=_MAX_PIXELS) for picture in pictures]
    areas = [height * width for height, width in sizes]
    return pictures[areas.index(max(areas))]


def _both_sides(
    spec: str, source: Path, quality: float, options: CodecOptions
) -> tuple[float | None, float | None]:
    worker = [sys.executable, "-m", "llcodec.bench.coding_worker"]
    common = [f"--pipeline={spec}", f"--device={options.device}", f"--timeout={options.timeout}"]
    if options.vtm is not None:
        common.append(f"--vtm={options.vtm}")
    with TemporaryDirectory(prefix="llcodec-") as folder:
        file = os.fspath(Path(folder, "coded"))
        sender = [*worker, "encode", *common, f"--quality={quality!r}", "--", str(source), file]
        return peak_of(sender), peak_of([*worker, "decode", *common, "--", file])


def _read(path: Path) -> PeakMemory | None:
    """Return what is kept; None if it is not there, or damaged."""
    try:
        stored: Mapping[str, object] = json.loads(path.read_text())
        return PeakMemory(**stored)  # type: ignore[arg-type]
    except (OSError, ValueError, TypeError):
        return None
