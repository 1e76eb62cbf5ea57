"""Figures add up over runs, days and versions."""

from pathlib import Path
from types import ModuleType

Modules = dict[str, ModuleType]
MACHINE = {"date": "2030-01-01", "llcodec": "1.0", "processor": "any"}


def test_runs_add_up(fuzz: Modules, tmp_path: Path) -> None:
    tally, run = fuzz["tally"], fuzz["log"].Run
    path = tmp_path / "deep" / "entropy.json"
    later = MACHINE | {"date": "2030-01-02"}
    for numbers, machine in (
        (run(100, 1, 300, None, None), MACHINE),
        (run(50, 3, 200, "ZeroDivisionError (llcodec/a.py:1)", "crash-1"), MACHINE),
        (run(7, 0, 400, "ZeroDivisionError (llcodec/a.py:1)", "crash-2"), later),
    ):
        figures = tally.add_run(tally.read_figures(path, "entropy"), numbers, 59.6, machine)
        tally.write_figures(path, figures)
    found = tally.read_figures(path, "entropy")
    assert found["total"] == {"seconds": 180, "executions": 157, "crashes": 1}
    assert found["runs"] == [
        {"date": "2030-01-01", "llcodec": "1.0", "seconds": 120, "executions": 150},
        {"date": "2030-01-02", "llcodec": "1.0", "seconds": 60, "executions": 7},
    ]
    assert found["crashes"] == [
        {"date": "2030-01-01", "error": "ZeroDivisionError (llcodec/a.py:1)"}
    ]
    assert (found["slowest_input_seconds"], found["peak_mb"]) == (3, 400)
    assert found["machine"] == later


def test_lines_are_counted_by_package(fuzz: Modules, tmp_path: Path) -> None:
    tally = fuzz["tally"]
    reached = {"llcodec/codec/a.py": [10, 5], "llcodec/codec/b.py": [30, 25], "c/d.py": [4, 4]}
    empty = tally.read_figures(tmp_path / "none.json", "decode")
    figures = tally.add_coverage(empty, 12, reached)
    assert figures["corpus"] == 12
    assert figures["coverage"] == {
        "llcodec/codec": {"lines": 40, "reached": 30, "percent": 75.0},
        "c": {"lines": 4, "reached": 4, "percent": 100.0},
    }
    assert figures["coverage_by_file"]["llcodec/codec/b.py"] == "25/30"
