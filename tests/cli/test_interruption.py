"""Signals in the middle of a batch: what is done stays, nothing half-done does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    while not path.exists():
        assert process.poll() is None
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("number", "code", "line"),
    [(signal.SIGINT, 130, b"llc: interrupted\n"), (signal.SIGTERM, 143, b"llc: terminated\n")],
)
def test_a_signal_in_the_middle(
    tmp_path: Path,
    picture: Callable[..., Path],
    environment: dict[str, str],
    listing: Callable[[Path], list[str]],
    number: int,
    code: int,
    line: bytes,
) -> None:
    first, pipe, last = (tmp_path / name for name in ("a.png", "b.png", "c.png"))
    picture(first)
    os.mkfifo(pipe)  # nobody writes to it: the batch waits here
    picture(last)
    process = subprocess.Popen(
        [sys.executable, "-m", "llcodec", "encode", first, pipe, last, "--quiet"],
        env=environment,
        stderr=subprocess.PIPE,
    )
    wait_for(tmp_path / "a.llc", process)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (code, line)
    assert listing(tmp_path) == ["a.llc", "a.png", "b.png", "c.png"]


def test_a_signal_while_a_file_is_written(
    tmp_path: Path,
    environment: dict[str, str],
    listing: Callable[[Path], list[str]],
) -> None:
    script = (
        "import os, signal, sys\n"
        "from llcodec.cli import _main, _output\n"
        "os.fsync = lambda number: os.kill(os.getpid(), signal.SIGINT)\n"
        "_main.run = lambda arguments: _output.write_output(arguments[0], b'data', force=False)\n"
        "_main.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "a.llc"], env=environment, capture_output=True
    )
    assert (done.returncode, done.stderr) == (130, b"llc: interrupted\n")
    assert listing(tmp_path) == []
