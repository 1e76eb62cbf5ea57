"""Batches in several processes: as in one, only sooner."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from llcodec._threads import _VARIABLES
from llcodec.cli._batch import Share, deliver, run_batch
from llcodec.cli._plan import Job, Plan
from llcodec.cli._report import Record, Style
from llcodec.cli._work import Worker
from llcodec.errors import CorruptError, UnknownModelError

Llc = Callable[..., Any]
TWO = Share(2)


@pytest.fixture(autouse=True)
def _same_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in _VARIABLES:
        monkeypatch.setenv(variable, "1")


@dataclass(frozen=True)
class Loader:
    """Loads a worker that does what the name of a file says."""

    fails: bool = False

    def __call__(self) -> Worker:
        if self.fails:
            raise UnknownModelError("no model")
        return work


def work(job: Job) -> Record:
    what, _, seconds = Path(job.source).name.partition("-")
    time.sleep(float(seconds or 0))
    if what == "bad":
        raise CorruptError("bad CRC")
    if what == "bug":
        raise ValueError("oops")
    if what == "meet":  # waits for another one
        Path(job.source).touch()
        end = time.monotonic() + 60
        while len(list(Path(job.source).parent.iterdir())) < 2:
            assert time.monotonic() < end
            time.sleep(0.02)
    if what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if job.target:
        deliver(job, what.encode(), force=True)
    return {"path": job.source, "pid": os.getpid(), "threads": os.environ["OMP_NUM_THREADS"]}


def batch(*names: str, share: Share = TWO, fails: bool = False) -> int:
    plan = Plan(tuple(map(Job, names)), ())
    return run_batch(plan, Loader(fails), lambda r: f"{r['path']} {r['threads']}", Style(), share)


def test_messages_come_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert batch("a-0.5", "b", "bad", "c-0.2", "bug", "d", "e", "f") == 70
    assert capsys.readouterr().err.splitlines() == [
        "a-0.5 1",
        "b 1",
        "llc: bad: bad CRC",
        "c-0.2 1",
        "llc: bug: internal error: ValueError: oops",
        "d 1",
        "e 1",
        "f 1",
        "llc: 2 of 8 failed",
    ]


def test_several_processes_do_the_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan((Job(str(tmp_path / "meet")), Job(str(tmp_path / "meet-0"))), ())
    assert run_batch(plan, Loader(), str, Style(json=True), Share(2, threads=3)) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len({record["pid"] for record in records} - {os.getpid()}) == 2
    assert {record["threads"] for record in records} == {"3"}


def test_what_keeps_all_files_from_it_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert batch("a", "b", "c", fails=True) == 1
    assert capsys.readouterr().err == "llc: no model\nllc: 3 of 3 failed\n"


def test_a_process_that_dies_takes_no_other_file_with_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert batch("a", "b-0.5", "killed", "c-0.5", "d", "e") == 1
    assert capsys.readouterr().err.splitlines() == [
        "a 1",
        "b-0.5 1",
        "llc: killed: a worker process ended abruptly: is there enough memory?",
        "c-0.5 1",
        "d 1",
        "e 1",
        "llc: 1 of 6 failed",
    ]


def test_outputs_of_two_names_for_one_file_are_not_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one").touch()
    (tmp_path / "two").symlink_to("one")
    jobs = (Job("one-0.5", str(tmp_path / "one")), Job("two", str(tmp_path / "two")))
    assert run_batch(Plan(jobs, ()), Loader(), str, Style(quiet=True), TWO) == 1
    assert "which one-0.5 was just written to" in capsys.readouterr().err
    assert (tmp_path / "one").read_text() == "one"


def test_the_files_are_the_same(llc: Llc, picture: Callable[..., Path], tmp_path: Path) -> None:
    for seed in range(3):
        picture(tmp_path / "in" / f"{seed}.png", seed=seed)
    for jobs in (1, 2):
        out = tmp_path / f"out{jobs}"
        assert llc("encode", tmp_path / "in", "-o", f"{out}/", "--jobs", jobs).code == 0
        assert llc("decode", out, "-o", f"{out}/", "-j", jobs).code == 0
        assert llc("enhance", tmp_path / "in", "-o", f"{out}/bright/", "-j", jobs).code == 0
    names = sorted(p.relative_to(tmp_path / "out1") for p in (tmp_path / "out1").rglob("*.*"))
    assert len(names) == 9
    for name in names:
        assert (tmp_path / "out1" / name).read_bytes() == (tmp_path / "out2" / name).read_bytes()


def test_standard_output_needs_no_process(
    llc: Llc, picture: Callable[..., Path], tmp_path: Path
) -> None:
    done = llc("encode", picture(tmp_path / "a.png"), "-o", "-", "--jobs", 4)
    assert done.code == 0
    assert done.out.startswith(b"\x89LLC")


def running(environment: dict[str, str], folder: Path) -> "subprocess.Popen[bytes]":
    """Start a batch whose second and third file never come; return when the first is done."""
    process = subprocess.Popen(
        [sys.executable, "-m", "llcodec", "encode", "a.png", "b.png", "c.png", "-j2", "--quiet"],
        cwd=folder,
        env=environment,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while not (folder / "a.llc").exists():
        assert process.poll() is None
        time.sleep(0.02)
    return process


def members(group: int) -> list[str]:
    """Return the processes of a group that have not ended."""
    found = subprocess.run(
        ["ps", "-A", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True
    )
    lines = (line.split(maxsplit=2) for line in found.stdout.splitlines())
    return [args for pgid, state, args in lines if int(pgid) == group and "Z" not in state]


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows cannot send SIGTERM or SIGKILL to a process"
)
@pytest.mark.parametrize(
    ("number", "code", "line"),
    [
        (signal.SIGINT, 130, b"llc: interrupted\n"),
        (signal.SIGTERM, 143, b"llc: terminated\n"),
        (signal.SIGKILL, -9, b""),
    ],
)
@pytest.mark.parametrize("everywhere", [True, False])
def test_a_signal_ends_all_processes(
    tmp_path: Path,
    picture: Callable[..., Path],
    environment: dict[str, str],
    listing: Callable[[Path], list[str]],
    number: int,
    code: int,
    line: bytes,
    everywhere: bool,
) -> None:
    """Terminals send it to all processes, ``kill`` to one."""
    picture(tmp_path / "a.png")
    for name in ("b.png", "c.png"):
        os.mkfifo(tmp_path / name)
    process = running(environment, tmp_path)
    (os.killpg if everywhere else os.kill)(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert err == line or number == signal.SIGKILL  # Python warns of semaphores that are left
    end = time.monotonic() + 30
    while members(process.pid):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert listing(tmp_path) == ["a.llc", "a.png", "b.png", "c.png"]
