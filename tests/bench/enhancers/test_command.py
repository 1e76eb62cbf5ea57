import hashlib
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from llcodec.bench.enhancers.command import CommandEnhancer
from llcodec.errors import InputError

DOUBLE = """
import sys
from PIL import Image
with Image.open(sys.argv[1]) as picture:
    picture.point(lambda v: 2 * v).save(sys.argv[2])
"""
HALVE = """
import sys
from PIL import Image
with Image.open(sys.argv[1]) as picture:
    picture.reduce(2).save(sys.argv[2])
"""


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], str]:
    def make(code: str) -> str:
        path = tmp_path / "my program.py"
        path.write_text(code)
        return f"{shlex.quote(sys.executable)} {shlex.quote(str(path))} {{input}} {{output}}"

    return make


def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 100, (10, 14, 3), dtype=np.uint8)


def test_the_program_makes_the_picture(program: Callable[[str], str]) -> None:
    enhancer = CommandEnhancer(program(DOUBLE))
    np.testing.assert_array_equal(enhancer.enhance(pixels()), 2 * pixels())
    assert enhancer.name == f"cmd-{Path(sys.executable).name}"
    assert "{input}" in str(enhancer.settings().parameters["command"])


def test_files_that_the_command_names_are_reported_as_they_are_now(tmp_path: Path) -> None:
    script, weights, more = (tmp_path / name for name in ("run.py", "w.pth", "more.pth"))
    for path in (script, weights, more):
        path.write_text(path.name)
    words = (sys.executable, str(script), str(weights), f"--more={more}", str(tmp_path), 400 * "x")
    enhancer = CommandEnhancer(f"{shlex.join(words)} {{input}} {{output}}")
    before = enhancer.settings()
    hashes = {k: v for k, v in before.parameters.items() if k != "command"}
    assert hashes == {
        f"SHA-256 of {path}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (Path(sys.executable), script, weights, more)
    }
    for path in (script, weights, more):
        assert enhancer.settings() == before
        path.write_text("edited")
        assert enhancer.settings() != before
        before = enhancer.settings()


def test_a_program_is_found_where_the_system_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "bright.exe" if sys.platform == "win32" else "bright"
    program = tmp_path / name
    program.write_text("#!/bin/sh")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = CommandEnhancer(f"{name} {{input}} {{output}}").settings().parameters
    assert found[f"SHA-256 of {name}"] == hashlib.sha256(b"#!/bin/sh").hexdigest()
    assert list(CommandEnhancer("dark {input} {output}").settings().parameters) == ["command"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (HALVE, "a picture of 7×5 pixels instead of 14×10"),
        ("pass", "did not write a picture"),
        ("import sys; sys.exit('out of coffee')", "out of coffee"),
        ("import sys; open(sys.argv[2], 'w').write('?')", "wrote a file that is not an image"),
    ],
)
def test_what_goes_wrong_is_reported(
    program: Callable[[str], str], code: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        CommandEnhancer(program(code)).enhance(pixels())


def test_a_program_that_hangs_is_ended(program: Callable[[str], str]) -> None:
    enhancer = CommandEnhancer(program("import time; time.sleep(60)"), timeout=0.3)
    with pytest.raises(InputError, match=r"was killed after 0\.3 seconds"):
        enhancer.enhance(pixels())


@pytest.mark.parametrize("command", ["", "run {input}", "run {output}", "run '{input} {output}"])
def test_commands_that_are_none(command: str) -> None:
    with pytest.raises(InputError, match="the command"):
        CommandEnhancer(command)


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(InputError, match="cannot be started"):
        CommandEnhancer("/nowhere/at-all {input} {output}").enhance(pixels())
