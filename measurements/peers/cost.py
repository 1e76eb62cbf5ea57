"""Measure what enhancers cost: CPU seconds and peak memory for one picture, on one thread.

    python -m measurements.peers.cost none nerco onnx:zero-dce.onnx --out FILE

Each enhancer, named as in ``llc bench``, has a process of its own. CPU seconds are those of the
second picture, and hardly change if other programs run. Peak memory is the largest resident set of
the process, with interpreter and libraries: that of ``none`` is the part that all share.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from llcodec._arrays import Pixels
from llcodec._outputs import atomic_write
from llcodec._threads import announce_threads
from llcodec.bench.enhancers.registry import enhancer_of
from llcodec.bench.machine import machine
from llcodec.errors import InputError, LlcError

_KILOBYTE = 1 if sys.platform == "darwin" else 1024  # in what the system reports
_MODULE = "measurements.peers.cost"


def dark_picture(width: int, height: int) -> Pixels:
    """Return a seeded dark gradient with noise, H×W×3 with 8 bits."""
    rng = np.random.default_rng(0)
    slope = np.linspace(0, 50, width)[None, :, None]
    levels = slope + 12 * rng.random((height, width, 3))
    pixels: Pixels = levels.round().astype(np.uint8)
    return pixels


def cost_here(spec: str, width: int, height: int) -> dict[str, float]:
    """Return the CPU seconds of one picture, and the peak memory of this process in MB."""
    enhancer, picture = enhancer_of(spec), dark_picture(width, height)
    enhancer.enhance(picture)
    start = time.process_time()
    enhancer.enhance(picture)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KILOBYTE
    return {"cpu_seconds": round(seconds, 3), "peak_mb": round(peak / 1e6)}


def cost(spec: str, width: int, height: int) -> Mapping[str, float]:
    """Return :func:`cost_here` of a new process with one thread.

    Raises InputError with its last line if it fails.
    """
    size = f"{width}x{height}"
    command = [sys.executable, "-W", "ignore", "-m", _MODULE, spec, "--size", size, "--here"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise InputError(f"{spec}: {lines[-1]}")
    found: Mapping[str, float] = json.loads(done.stdout)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the enhancers of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("enhancers", nargs="+", metavar="ENHANCER")
    parser.add_argument("--size", default="960x512", metavar="WIDTHxHEIGHT")
    parser.add_argument("--out", type=Path, metavar="FILE")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    announce_threads(1)
    width, height = map(int, given.size.split("x"))
    if given.here:
        print(json.dumps(cost_here(given.enhancers[0], width, height)))
        return
    found = {spec: cost(spec, width, height) for spec in given.enhancers}
    result = {
        "command": f"python -m {_MODULE} {' '.join(given.enhancers)} --size {given.size}",
        "machine": machine() | {"threads": 1},
        "enhancers": found,
    }
    text = json.dumps(result, indent=1) + "\n"
    if given.out is None:
        print(text, end="")
        return
    with atomic_write(given.out) as part:
        part.write_text(text)


if __name__ == "__main__":
    try:
        main()
    except LlcError as error:
        sys.exit(str(error))
