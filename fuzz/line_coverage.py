"""Measure which lines of llcodec a corpus reaches.

    python -m fuzz.line_coverage container CORPUS …

The last line of its output is JSON: for each file, the number of executable lines, and of executed
ones.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import coverage

from llcodec._threads import use_threads

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("container", "entropy", "codec")


def inputs(folders: list[Path]) -> Iterator[bytes]:
    """Yield the inputs of corpora."""
    for folder in folders:
        for path in sorted(folder.iterdir()):
            yield path.read_bytes()


def reached(name: str, folders: list[Path]) -> dict[str, list[int]]:
    """Return [lines, lines reached] of each file, by its path in the project."""
    use_threads(1)
    source = [str(ROOT / "llcodec" / part) for part in PARTS]
    measured = coverage.Coverage(data_file=None, config_file=False, source=source)
    measured.start()
    harness = import_module(f"fuzz.fuzz_{name}")
    for data in inputs(folders):
        with suppress(Exception):  # failures are for the engine to find
            harness.one_input(data)
    measured.stop()
    figures = {}
    for path in sorted(p for part in source for p in Path(part).glob("*.py")):
        _, lines, _, missing, _ = measured.analysis2(str(path))
        if lines:
            kept = len(lines) - len(missing)
            figures[path.relative_to(ROOT).as_posix()] = [len(lines), kept]
    return figures


def main() -> None:
    """Measure the corpora of the command line."""
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    name, *folders = sys.argv[1:]
    print(json.dumps(reached(name, [Path(folder) for folder in folders])))


if __name__ == "__main__":
    main()
