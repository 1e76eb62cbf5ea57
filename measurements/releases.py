"""Measure ``llc encode`` and ``llc decode`` beside an earlier release, in processes of their own.

    git worktree add ../earlier 92a57b8  # the last one without ONNX Runtime
    python -m measurements.releases --earlier ../earlier --out results/releases.json

Both run in this environment, from their checkouts. Runs alternate, so that both meet the same
conditions; CPU seconds, of the process and the kernel together, hardly change where other programs
use the same cores, and wall times do. Pictures are those of :mod:`measurements.memory`, written as
PNG with the default level of each release.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from llcodec.bench.machine import machine
from measurements.memory import Size, dark_picture, size_of

HERE: Final = Path(__file__).parents[1]


@dataclass(frozen=True)
class Cost:
    """What a process took: CPU seconds, seconds, and the peak of its resident set in MB."""

    cpu: float
    wall: float
    peak_mb: float


def cost(checkout: Path, arguments: Sequence[str], threads: int) -> Cost:
    """Run ``llc`` of a checkout. Raises SystemExit with its last line if it fails."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = os.environ | dict.fromkeys(names, str(threads)) | {"PYTHONPATH": str(checkout)}
    command = [sys.executable, "-P", "-m", "llcodec", *arguments]
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, cwd=checkout)
    assert process.stderr is not None
    with process.stderr:
        lines = process.stderr.read().decode().splitlines()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"{checkout.name}: {lines[-1] if lines else process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * unit / 1e6)


def medians(costs: Sequence[Cost]) -> dict[str, float]:
    """Return the median of each figure."""
    return {
        "cpu": round(median(c.cpu for c in costs), 3),
        "wall": round(median(c.wall for c in costs), 3),
        "peak_mb": round(median(c.peak_mb for c in costs), 1),
    }


def compared(now: Sequence[Cost], earlier: Sequence[Cost]) -> dict[str, Mapping[str, float]]:
    """Return the medians of both, and the medians of now / earlier."""
    pairs = list(zip(now, earlier, strict=True))
    ratios = {
        figure: round(median(asdict(a)[figure] / asdict(b)[figure] for a, b in pairs), 3)
        for figure in ("cpu", "wall", "peak_mb")
    }
    return {"now": medians(now), "earlier": medians(earlier), "ratio": ratios}


def measure(size: Size, earlier: Path, runs: int, threads: int) -> dict[str, Any]:
    """Encode and decode one picture with both."""
    with TemporaryDirectory() as folder:
        dark = f"{folder}/dark.png"
        dark_picture(size).save(dark, compress_level=1)
        common = ["--quiet", "--force", "--threads", str(threads)]
        found: dict[str, Any] = {"width": size.width, "height": size.height}
        for command, source, suffix in (("encode", "dark.png", "llc"), ("decode", "{}.llc", "png")):
            costs: dict[str, list[Cost]] = {"now": [], "earlier": []}
            for _ in range(runs):
                for name, checkout in (("now", HERE), ("earlier", earlier.resolve())):
                    files = f"{folder}/{source.format(name)}", f"{folder}/{name}.{suffix}"
                    arguments = [command, files[0], "-o", files[1], *common]
                    costs[name].append(cost(checkout, arguments, threads))
            found[command] = compared(costs["now"], costs["earlier"])
        return found


def main() -> None:
    """Run the measurement of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    usual = [size_of("960x512"), size_of("24"), size_of("100")]
    parser.add_argument("--earlier", type=Path, required=True, help="a checkout")
    parser.add_argument("--sizes", type=size_of, nargs="+", default=usual)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    log = ["git", "-C", str(options.earlier), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(log, capture_output=True, text=True, check=True).stdout.strip()
    rows = [measure(n, options.earlier, options.runs, options.threads) for n in options.sizes]
    result = {
        "name": "complete processes, medians; ratio = now / earlier",
        "command": f"python -m measurements.releases --earlier {commit} --sizes "
        f"{' '.join(map(str, options.sizes))} --runs {options.runs} --threads {options.threads} "
        f"--out {options.out.name}",
        "earlier": commit,
        "machine": machine() | {"threads": options.threads},
        "pictures": rows,
    }
    print(json.dumps(rows))
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
