"""Fuzz for some time, and add the figures to ``results/fuzz/``.

    python -m fuzz.run --seconds 600
    python -m fuzz.run --seconds 14400 --harness decode --harness entropy

The harnesses share the time. Corpora are kept in ``runs/fuzz/``, outside the repository, and each
run continues from the last one; figures add up. They are written every five minutes, so that an
interrupted run loses no more than that. Exits with 1 if anything was found.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

from fuzz.log import Run, read_log
from fuzz.tally import add_coverage, add_run, read_figures, write_figures
from llcodec.bench.machine import machine

ROOT: Final = Path(__file__).resolve().parents[1]
HARNESSES: Final = ("container", "decode", "entropy")
# Seconds of one process. atheris 3.0 never frees the results of comparisons that it instruments;
# where tensors are compared, that is a gigabyte in 80,000 inputs.
_SLICE: Final = 300
# A second line of defence: the cost of each input is measured more exactly within the process.
_FLAGS: Final = ("-timeout=120", "-rss_limit_mb=4096", "-print_final_stats=1")


def _write_seeds(name: str, folder: Path) -> None:
    """Write the inputs that a harness starts from."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed, data in import_module(f"fuzz.fuzz_{name}").seeds():
        (folder / seed).write_bytes(data)


def _run_engine(name: str, work: Path, seconds: int) -> Run:
    """Run one process of a harness for some seconds, or until it finds a failure."""
    for folder in ("corpus", "found"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    _write_seeds(name, work / "seeds")
    flags = [f"-max_total_time={seconds}", f"-artifact_prefix={work / 'found'}/", *_FLAGS]
    command = [sys.executable, "-m", "fuzz.engine", name]
    folders = [str(work / "corpus"), str(work / "seeds")]
    with (work / "log.txt").open("w+", encoding="utf-8", errors="replace") as log:
        words = [*command, *folders, *flags]
        done = subprocess.run(words, cwd=ROOT, stdout=log, stderr=log, check=False)
        log.seek(0)
        text = log.read()
    run = read_log(text)
    if done.returncode and run.crash is None:
        last = (text.splitlines() or ["without a message"])[-1]
        raise SystemExit(f"the engine ended with {done.returncode}: {last}")
    return run


def measure(name: str, work: Path) -> tuple[int, dict[str, list[int]]]:
    """Return the number of inputs in the corpus, and the lines that they reach."""
    folders = [work / "corpus", work / "seeds"]
    command = [sys.executable, "-m", "fuzz.line_coverage", name, *map(str, folders)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return sum(len(list(f.iterdir())) for f in folders), json.loads(done.stdout.splitlines()[-1])


def fuzz(name: str, seconds: float, work: Path, results: Path) -> bool:
    """Run a harness for some seconds in total; return whether it found a failure.

    It continues after a failure, unless the same one is found again and has to be fixed first.
    """
    path, end = results / f"{name}.json", time.monotonic() + seconds
    found: list[str] = []
    while (left := end - time.monotonic()) > 0 and len(set(found)) == len(found):
        start = time.monotonic()
        run = _run_engine(name, work, max(1, round(min(_SLICE, left))))
        figures = add_run(read_figures(path, name), run, time.monotonic() - start, machine())
        write_figures(path, figures)
        print(f"{name}: {run.executions} inputs; {run.crash or 'nothing found'}", flush=True)
        if run.crash:
            found.append(run.crash)
            print(f"  the input: {run.input}", flush=True)
    write_figures(path, add_coverage(read_figures(path, name), *measure(name, work)))
    return bool(found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the harnesses of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="for all harnesses together")
    parser.add_argument("--harness", choices=HARNESSES, action="append")
    parser.add_argument("--work", type=Path, default=ROOT / "runs" / "fuzz")
    parser.add_argument("--results", type=Path, default=ROOT / "results" / "fuzz")
    options = parser.parse_args(arguments)
    names = options.harness or HARNESSES
    share = options.seconds / len(names)
    work, results = options.work.resolve(), options.results.resolve()
    found = [fuzz(name, share, work / name, results) for name in names]
    return 1 if any(found) else 0


if __name__ == "__main__":
    sys.exit(main())
