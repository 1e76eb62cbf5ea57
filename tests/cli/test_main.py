import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from llcodec.cli import _main
from llcodec.cli._main import run
from llcodec.cli._signals import Stopped
from llcodec.errors import OutputError


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Any:
    def fail_with(error: BaseException) -> None:
        def app(*_arguments: object, **_options: object) -> None:
            raise error

        monkeypatch.setattr("llcodec.cli._app.app", app)

    return fail_with


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (OutputError("cannot write a"), 1, "llc: cannot write a\n"),
        (MemoryError(), 1, "llc: not enough memory\n"),
        (ValueError("oops"), 70, "llc: internal error: ValueError: oops\n"),
        (OSError(28, "No space left on device"), 1, "llc: No space left on device\n"),
        (BrokenPipeError(), 141, ""),
    ],
)
def test_every_way_out(
    failing: Any, error: Exception, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(error)
    assert run(["encode"]) == code
    assert capsys.readouterr() == ("", line)


@pytest.mark.parametrize(
    ("number", "code", "line"), [(2, 130, "llc: interrupted\n"), (15, 143, "llc: terminated\n")]
)
def test_signals(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
    code: int,
    line: str,
) -> None:
    def stop(_arguments: object) -> int:
        raise Stopped(number)

    monkeypatch.setattr(_main, "run", stop)
    monkeypatch.setattr(_main, "dismiss_collector", lambda: None)  # this process goes on
    with pytest.raises(SystemExit) as end:
        _main.main()
    assert end.value.code == code
    assert capsys.readouterr() == ("", line)


def llc_to(stdout: Any, environment: dict[str, str], *arguments: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "llcodec", *map(str, arguments)],
        env=environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )
    return done.returncode, done.stderr


def test_a_pipe_that_nobody_reads_ends_quietly(
    tmp_path: Path, sample: bytes, environment: dict[str, str]
) -> None:
    (tmp_path / "a.llc").write_bytes(sample)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert llc_to(writer, environment, "info", tmp_path / "a.llc") == (141, "")
    finally:
        os.close(writer)


@pytest.mark.parametrize("arguments", [["info", "--json"], ["info"]])
def test_a_full_disk_behind_standard_output_is_one_line(
    tmp_path: Path, sample: bytes, environment: dict[str, str], arguments: list[str]
) -> None:
    (tmp_path / "a.llc").write_bytes(sample)
    with Path("/dev/full").open("w") as full:
        code, err = llc_to(full, environment, *arguments, tmp_path / "a.llc")
    assert (code, err) == (1, "llc: No space left on device\n")


def test_closed_streams_do_not_crash(
    tmp_path: Path, sample: bytes, environment: dict[str, str]
) -> None:
    (tmp_path / "a.llc").write_bytes(sample)
    command = f'exec "{sys.executable}" -m llcodec info "{tmp_path}/a.llc" <&- >&- 2>&-'
    assert subprocess.run(["sh", "-c", command], env=environment).returncode == 0


@pytest.mark.parametrize("command", ["decode", "encode", "info", "models"])
def test_a_command_imports_no_other(command: str) -> None:
    program = (
        "import sys\n"
        "from llcodec.cli._main import run\n"
        f"run(['{command}', 'nowhere'])\n"
        "names = [name.rpartition('.')[2] for name in sys.modules if 'llcodec.cli.' in name]\n"
        "print(*(name for name in names if name[0] != '_'))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().splitlines()[-1] == command


@pytest.mark.parametrize("group", ["batch", "data", "models", "train"])
def test_a_group_without_a_command_prints_its_help(
    group: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([group]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith(f"Usage: llc {group}")
    assert len(shown.out.splitlines()) > 5
    assert shown.err == ""
