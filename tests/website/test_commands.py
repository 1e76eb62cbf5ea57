import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from llcodec.cli._app import app
from website.commands import page


def commands() -> Iterator[tuple[str, Any]]:
    """Yield the names of all commands, at any depth, with the commands."""
    waiting: list[tuple[str, Any]] = [("llc", typer.main.get_command(app))]
    while waiting:
        path, command = waiting.pop()
        yield path, command
        children = getattr(command, "commands", {}).items()
        waiting += [(f"{path} {name}", child) for name, child in children if not child.hidden]


def _section(path: str) -> str:
    found = re.search(rf"^## {re.escape(path)}$(.*?)(^## |\Z)", page(), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_commands_of_groups_are_commands() -> None:
    assert {"llc", "llc encode", "llc batch", "llc batch encode"} <= dict(commands()).keys()


@pytest.mark.parametrize("path", sorted(dict(commands())))
def test_each_command_has_a_section_with_all_its_options(path: str) -> None:
    section = _section(path)
    for parameter in dict(commands())[path].params:
        if parameter.param_type_name == "option" and not parameter.hidden:
            for name in parameter.opts:
                assert re.search(rf"<code>[^<]*{re.escape(name)}\b", section), name


def test_a_section_has_usage_arguments_defaults_and_examples() -> None:
    section = _section("llc encode")
    assert "llc encode [OPTIONS] INPUT..." in section
    assert "| Arguments | |" in section
    assert "<code>INPUT...</code>" in section
    assert r"\[default: 4.0\]" in section
    assert "\nllc encode dark.jpg" in section


def test_choices_do_not_split_a_row_of_a_table() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| <code>")]
    assert any("auto&#124;onnx&#124;torch" in row for row in rows)
    assert {row.count("|") for row in rows} == {3}
