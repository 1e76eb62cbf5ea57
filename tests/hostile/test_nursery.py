"""The processes that other tests rely on: what they measure is real."""

import os
import signal
from pathlib import Path
from typing import Any


def test_it_is_the_real_command(llc: Any, picture: Any, tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    done = llc.run("encode", "a.png", cwd=tmp_path)
    assert (done.code, done.out) == (0, b"")
    assert done.line.startswith("a.png -> a.llc: 24x16")
    assert llc.run("verify", tmp_path / "a.llc").out == f"{tmp_path}/a.llc: OK\n".encode()
    assert llc.run("verify", tmp_path / "a.png").code == 1
    assert llc.run("encode").code == 2


def test_memory_is_that_of_the_run(llc: Any, tmp_path: Path) -> None:
    with (tmp_path / "a.llc").open("wb") as stream:
        stream.truncate(200_000_000)
    assert llc.run("info", tmp_path / "a.llc").grown_mb > 190
    assert llc.run("info", tmp_path / "none").grown_mb < 20


def test_a_run_that_is_killed_at_once_does_not_end_the_others(llc: Any, tmp_path: Path) -> None:
    """On a busy machine the signal comes before the process has done anything."""
    os.mkfifo(tmp_path / "never")
    running = llc.start("info", "none", **{"in": str(tmp_path / "never")})  # waits for a writer
    os.kill(running.pid, signal.SIGKILL)
    done = llc.wait(running)
    assert (done.code, done.out, done.err, done.grown_mb) == (-signal.SIGKILL, b"", "", None)
    assert llc.run("info", tmp_path / "none").code == 1
