"""Processes that calls are shared out to."""

import os
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from llcodec._worker_processes import WorkerProcesses

_MARK = "LLCODEC_TEST_BEGUN"
unix = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows cannot send SIGKILL to a process"
)


def begin() -> None:
    os.environ[_MARK] = "yes"


def nothing() -> None:
    pass


def add(left: int, *, right: int) -> int:
    return left + right


def fail() -> None:
    raise ValueError("oops")


def kill_oneself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def meet(folder: Path) -> int:
    """Wait for a second call, and return the process."""
    (folder / str(os.getpid())).touch()
    end = time.monotonic() + 60
    while len(list(folder.iterdir())) < 2:
        assert time.monotonic() < end
        time.sleep(0.02)
    return os.getpid()


def write_and_sleep(path: Path) -> None:
    path.touch()
    time.sleep(600)


def test_calls_are_done_in_another_process_that_was_begun() -> None:
    with WorkerProcesses(1, begin) as workers:
        first, second = workers.submit(os.getpid), workers.submit(os.getpid)
        assert first.result() == second.result() != os.getpid()
        assert workers.submit(os.getenv, _MARK).result() == "yes"
        assert workers.submit(add, 1, right=2).result() == 3
    assert os.getenv(_MARK) is None


def test_calls_are_done_side_by_side(tmp_path: Path) -> None:
    with WorkerProcesses(2, nothing) as workers:
        assert workers.count == 2
        calls = [workers.submit(meet, tmp_path) for _ in range(2)]
        assert len({call.result() for call in calls}) == 2


def test_an_error_reaches_the_caller() -> None:
    with WorkerProcesses(1, nothing) as workers:
        with pytest.raises(ValueError, match="oops"):
            workers.submit(fail).result()
        assert workers.submit(add, 1, right=2).result() == 3


@unix
def test_a_process_that_dies_takes_only_its_own_call_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not even while others are being started: starting is slow here."""
    start = ProcessPoolExecutor._spawn_process  # type: ignore[attr-defined]

    def slow(executor: ProcessPoolExecutor) -> None:
        time.sleep(0.2)
        start(executor)

    monkeypatch.setattr(ProcessPoolExecutor, "_spawn_process", slow)
    with WorkerProcesses(2, nothing) as workers:
        calls = [
            workers.submit(kill_oneself) if number % 3 else workers.submit(add, number, right=0)
            for number in range(9)
        ]
        for number, call in enumerate(calls):
            if number % 3:
                with pytest.raises(BrokenProcessPool):
                    call.result(timeout=60)
            else:
                assert call.result(timeout=60) == number


@unix
def test_an_exception_kills_them(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    workers = WorkerProcesses(1, nothing)
    call, later = workers.submit(write_and_sleep, begun), workers.submit(os.getpid)
    while not begun.exists():
        time.sleep(0.02)
    workers.__exit__(KeyError)
    assert isinstance(call.exception(), BrokenProcessPool)
    assert later.cancelled()
