import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from llcodec._shipped import shipped_codecs, shipped_enhancers
from llcodec.cli._app import app
from llcodec.cli._exit_codes import MEANINGS

Llc = Callable[..., Any]


def commands(command: Any, *names: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of all commands below one."""
    yield names
    if isinstance(command, TyperGroup):
        for name, inner in command.commands.items():
            yield from commands(inner, *names, name)


COMMANDS = list(commands(get_command(app)))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_fits_a_terminal_and_names_no_types(llc: Llc, words: tuple[str, ...]) -> None:
    shown = llc(*words, "--help")
    text = shown.out.decode()
    assert (shown.code, shown.err) == (0, "")
    assert max(map(len, text.splitlines())) <= 80
    for sign in ("<", "x>=", "{", "default: ("):
        assert sign not in text
    assert llc("help", *words).out == shown.out


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("encode", "INPUT..."),
        ("verify", "FILE..."),
        ("data list", "[NAME]..."),
        ("train export", "CHECKPOINT"),
        ("batch encode", "[SOURCE]"),
        ("batch", "COMMAND [ARGS]..."),
    ],
)
def test_usage_says_where_several_arguments_go(llc: Llc, command: str, arguments: str) -> None:
    text = llc(*command.split(), "--help").out.decode()
    assert text.partition("\n")[0] == f"Usage: llc {command} [OPTIONS] {arguments}"


@pytest.mark.parametrize("command", ["encode", "decode", "enhance", "info", "verify", "bench"])
def test_commands_have_examples(llc: Llc, command: str) -> None:
    text = llc(command, "--help").out.decode()
    assert f"  llc {command} " in text.partition("Examples:")[2]


def test_help_lists_the_models_and_the_exit_codes(llc: Llc) -> None:
    for command, models in (("encode", shipped_codecs()), ("enhance", shipped_enhancers())):
        text = "".join(llc(command, "--help").out.decode().split())  # names may be broken
        for name in models:
            assert name in text.partition("--model")[2]
    text = llc("--help").out.decode().partition("Exit codes:")[2]
    assert [int(line.split()[0]) for line in text.split("\n") if line] == list(MEANINGS)


@pytest.mark.parametrize("words", [("frob",), ("encode", "frob"), ("models", "frob")])
def test_help_for_what_is_no_command(llc: Llc, words: tuple[str, ...]) -> None:
    result = llc("help", *words)
    assert (result.code, result.out) == (2, b"")
    assert f"there is no command llc {' '.join(words)}" in result.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str, environment: dict[str, str]) -> None:
    def run(*words: str, **extra: str) -> str:
        command = [sys.executable, "-m", "llcodec", *words]
        env = {**environment, **extra}
        return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout

    variables = {
        "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"
    }  # else it is that of the tests
    assert "_LLC_COMPLETE" in run("--show-completion", shell, **variables)
    if shell == "bash":
        found = run(_LLC_COMPLETE="complete_bash", COMP_WORDS="llc en", COMP_CWORD="1")
        assert found.split() == ["encode", "enhance"]
