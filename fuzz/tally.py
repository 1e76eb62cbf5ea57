"""The figures of a harness over all its runs, as they are committed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fuzz.log import Run

Figures = dict[str, Any]


def read_figures(path: Path, name: str) -> Figures:
    """Return the figures so far; those of a harness that has never run if there are none."""
    if path.is_file():
        figures: Figures = json.loads(path.read_text("utf-8"))
        return figures
    return {
        "name": f"fuzz_{name}: only errors of llcodec may come out, in bounded time and memory",
        "command": f"python -m fuzz.run --harness {name}",
        "total": {"seconds": 0, "executions": 0, "crashes": 0},
        "runs": [],
        "crashes": [],
    }


def add_run(figures: Figures, run: Run, seconds: float, machine: Mapping[str, Any]) -> Figures:
    """Return the figures with a run added; runs of a day with one version make one line.

    An error that came out before is not counted again.
    """
    seconds = round(seconds)
    line = {"date": machine["date"], "llcodec": machine["llcodec"], "seconds": 0, "executions": 0}
    lines = list(figures["runs"])
    if lines and all(lines[-1][key] == line[key] for key in ("date", "llcodec")):
        line = lines.pop()
    line = line | {
        "seconds": line["seconds"] + seconds,
        "executions": line["executions"] + run.executions,
    }
    total = figures["total"]
    crashes = list(figures["crashes"])
    if run.crash is not None and run.crash not in [crash["error"] for crash in crashes]:
        crashes.append({"date": machine["date"], "error": run.crash})
    return figures | {
        "machine": dict(machine),
        "total": {
            "seconds": total["seconds"] + seconds,
            "executions": total["executions"] + run.executions,
            "crashes": len(crashes),
        },
        "slowest_input_seconds": max(figures.get("slowest_input_seconds", 0), run.slowest),
        "peak_mb": max(figures.get("peak_mb", 0), run.peak_mb),
        "runs": [*lines, line],
        "crashes": crashes,
    }


def add_coverage(figures: Figures, inputs: int, reached: Mapping[str, list[int]]) -> Figures:
    """Return the figures with what ``inputs`` inputs reach, in lines of files and of packages."""
    packages: dict[str, list[int]] = {}
    for path, (lines, kept) in reached.items():
        whole = packages.setdefault(path.rpartition("/")[0], [0, 0])
        whole[0] += lines
        whole[1] += kept
    shares = {
        name: {"lines": lines, "reached": kept, "percent": round(100 * kept / lines, 1)}
        for name, (lines, kept) in packages.items()
    }
    files = {path: f"{kept}/{lines}" for path, (lines, kept) in reached.items()}
    return figures | {"corpus": inputs, "coverage": shares, "coverage_by_file": files}


def write_figures(path: Path, figures: Figures) -> None:
    """Write the figures."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
