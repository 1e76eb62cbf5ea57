"""Runs of ``llc`` as whole processes, and what they are run on."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":  # forks, /proc and namespaces
    collect_ignore_glob = ["test_*.py"]

SCRIPT = Path(__file__).parent / "nursery.py"
ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.hostile)


@dataclass(frozen=True)
class Result:
    """How a run ended.

    ``code``: negative if a signal ended it. ``grown_mb``: None if it was killed at its very start.
    """

    code: int
    out: bytes
    err: str
    grown_mb: float | None

    @property
    def line(self) -> str:
        """The one line on stderr."""
        [line] = self.err.splitlines()
        return line


@dataclass(frozen=True)
class Running:
    """A run that has begun."""

    pid: int
    folder: Path


class Nursery:
    """Processes that run ``llc``, forked from one that has all of it in memory."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._count = 0

    def start(
        self, *arguments: object, cwd: Path | None = None, stdin: bytes = b"", **order: Any
    ) -> Running:
        """Start ``llc`` with arguments; see the script for further keys of the order."""
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        (folder / "in").write_bytes(stdin)
        files = {name: str(folder / name) for name in ("in", "out", "err")}
        words = [os.fsdecode(a) if isinstance(a, bytes) else str(a) for a in arguments]
        answer = self._ask({"run": words, "cwd": str(cwd or folder), **files, **order})
        return Running(answer["pid"], folder)

    def wait(self, running: Running) -> Result:
        """Wait for the end of a run."""
        answer = self._ask({"wait": running.pid})
        files = (running.folder / name for name in ("out", "err"))
        out, err = (file.read_bytes() if file.exists() else b"" for file in files)
        return Result(answer["code"], out, err.decode(), answer["grown_mb"])

    def run(self, *arguments: object, **order: Any) -> Result:
        """Run ``llc`` to its end."""
        return self.wait(self.start(*arguments, **order))

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@pytest.fixture(scope="session")
def llc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Run ``llc`` in processes of its own."""
    threads = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
    process = subprocess.Popen(
        [sys.executable, SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **threads, "PYTHONPATH": str(ROOT)},
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert json.loads(process.stdout.readline()) == {"ready": True}
    yield Nursery(process, tmp_path_factory.mktemp("runs"))
    process.stdin.close()
    assert process.wait(30) == 0
    process.stdout.close()


@pytest.fixture
def listing() -> Callable[[Path], list[str]]:
    """List all files below a folder, hidden ones too."""
    return lambda folder: sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()
    )
