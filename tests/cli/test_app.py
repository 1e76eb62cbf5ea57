import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import llcodec

HEAVY = {"torch", "numpy", "PIL", "rich", "safetensors", "constriction"}


def test_version(llc: Callable[..., Any]) -> None:
    result = llc("--version")
    assert (result.code, result.out, result.err) == (0, f"llc {llcodec.__version__}\n".encode(), "")


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_names_all_commands(llc: Callable[..., Any], arguments: tuple[str, ...]) -> None:
    result = llc(*arguments)
    assert (result.code, result.err) == (0, "")
    for name in (b"encode", b"decode", b"enhance", b"info", b"verify"):
        assert name in result.out


@pytest.mark.parametrize("command", ["encode", "decode", "enhance", "info", "verify"])
def test_every_command_has_help(llc: Callable[..., Any], command: str) -> None:
    result = llc(command, "--help")
    assert result.code == 0
    assert f"Usage: llc {command}".encode() in result.out


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], *([name, "--help"] for name in ("encode", "decode", "enhance"))],
)
def test_help_imports_nothing_heavy(arguments: list[str], environment: dict[str, str]) -> None:
    shown = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "llcodec", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in shown.splitlines()}
    assert "llcodec" in imported
    assert not imported & HEAVY


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["frob"], "llc: No such command 'frob'"),
        (["--frob"], "llc: No such option: --frob"),
        (["encode"], "llc: Missing argument 'INPUT'"),
        (["encode", "a.png", "-q", "9"], "'9' is not a number from 1 to 8"),
        (["encode", "a.png", "-q", "nan"], "'nan' is not a number from 1 to 8"),
        (["encode", "a.png", "-q", "x"], "'x' is not a number from 1 to 8"),
        (["encode", "a.png", "--target-bpp", "0"], "'0' is not a number above 0"),
        (["encode", "a.png", "--target-bpp", "x"], "'x' is not a number above 0"),
        (["encode", "a.png", "--target-size", "4x"], "'4x' is not a size"),
        (["encode", "a.png", "--threads", "0"], "--threads"),
        (["encode", "a.png", "--device", "tpu"], "--device"),
        (["encode", "a.png", "-q", "4", "--target-bpp", "1"], "give one of --quality"),
        (["encode", "a.png", "--json", "-o", "-"], "--json and the file"),
        (["decode", "a.llc", "--brightness", "3"], "'3' is not a number from 0 to 2"),
        (["decode", "a.llc", "--exposure", "5"], "'5' is not a number from -4 to 4"),
        (["enhance", "a.png", "--exposure", "-5"], "'-5' is not a number from -4 to 4"),
        (["enhance"], "llc: Missing argument 'INPUT'"),
        (["enhance", "a.png", "--strength", "2"], "'2' is not a number from 0 to 1"),
        (["enhance", "a.png", "--strength", "nan"], "'nan' is not a number from 0 to 1"),
        (["enhance", "a.png", "--json", "-o", "-"], "--json and the file"),
        (["decode", "a.llc", "--as-shot", "--brightness", "1"], "give one of --as-shot"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    llc: Callable[..., Any], arguments: list[str], message: str
) -> None:
    result = llc(*arguments)
    assert (result.code, result.out) == (2, b"")
    [line] = result.err.splitlines()
    assert line.startswith("llc: ")
    assert message in line
    assert "--help')" in line
