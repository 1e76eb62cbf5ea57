"""Signals at any moment of a batch: whole files or none, and running it again completes it."""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Make = Callable[..., Path]
List = Callable[[Path], list[str]]
NAMES = ["a", "b"]
OUTPUTS = [f"{name}.llc" for name in NAMES]
# Seconds; a batch of these takes some tenths. Only what is sampled hangs on it, not what is right.
LONGEST_WAIT = 0.4


@pytest.fixture(scope="module")
def expected(llc: Any, picture: Make, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the batch writes when nobody disturbs it; decoded pictures too."""
    folder = tmp_path_factory.mktemp("expected")
    for seed, name in enumerate(NAMES):
        picture(folder / "in" / f"{name}.png", seed=seed)
    assert llc.run("encode", "in", "-o", "out", cwd=folder).code == 0
    assert llc.run("decode", "out", "-o", "back", cwd=folder).code == 0
    paths = [*(folder / "out").iterdir(), *(folder / "back").iterdir()]
    return {path.name: path.read_bytes() for path in paths}


@pytest.fixture
def batch(picture: Make, tmp_path: Path) -> Path:
    """A folder with the batch's pictures and its empty output folder."""
    for seed, name in enumerate(NAMES):
        picture(tmp_path / "in" / f"{name}.png", seed=seed)
    (tmp_path / "out").mkdir()
    return tmp_path


def check_whole(folder: Path, expected: dict[str, bytes]) -> None:
    """See that every file but hidden ones is as it should be."""
    for path in folder.iterdir():
        if not path.name.startswith("."):
            assert path.read_bytes() == expected[path.name]


def complete(llc: Any, batch: Path, expected: dict[str, bytes], listing: List) -> None:
    """Run the batch again, and see that all is there then, and nothing else."""
    missing = set(OUTPUTS) - set(listing(batch / "out"))
    again = llc.run("encode", "in", "-o", "out", cwd=batch)
    assert again.code == (0 if len(missing) == len(OUTPUTS) else 1)
    assert again.err.count("exists already") == len(OUTPUTS) - len(missing)
    assert listing(batch / "out") == OUTPUTS
    check_whole(batch / "out", expected)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (signal.SIGKILL, ["in"]),
        (signal.SIGKILL, ["in/a.png", "--force"]),
        (signal.SIGINT, ["in/a.png"]),
    ],
    ids=["killed", "killed-force", "interrupted"],
)
def test_at_every_change_in_the_output_folder(
    llc: Any,
    batch: Path,
    expected: dict[str, bytes],
    listing: List,
    number: int,
    words: list[str],
) -> None:
    """Just before each file is opened, linked, renamed or removed, one after the other."""
    out, struck = batch / "out", 0
    for at in range(1, 100):
        for path in out.iterdir():
            path.unlink()
        command = ["encode", *words, "-o", "out/", "--quiet"]
        done = llc.run(*command, cwd=batch, strike=[number, at, str(out)])
        if done.code == 0:
            break
        struck += 1
        check_whole(out, expected)
        parts = [name for name in listing(out) if name.startswith(".")]
        if number == signal.SIGKILL:
            assert done.code == -signal.SIGKILL
            assert len(parts) <= 1
        else:
            assert done.code == 128 + number
            assert done.line == "llc: interrupted"
            assert parts == []
        complete(llc, batch, expected, listing)
    assert struck >= 3 * (len(NAMES) if words == ["in"] else 1)  # open, name, remove


@pytest.mark.parametrize("seed", range(5))
def test_at_random_moments(
    llc: Any, batch: Path, expected: dict[str, bytes], listing: List, seed: int
) -> None:
    chance = random.Random(seed)
    for number in (signal.SIGKILL, signal.SIGINT):
        running = llc.start("encode", "in", "-o", "out", "--quiet", "--force", cwd=batch)
        time.sleep(chance.uniform(0, LONGEST_WAIT))
        os.kill(running.pid, number)  # not waited for yet, so the number is still its own
        done = llc.wait(running)
        assert done.code in (0, -number, 128 + number)
        check_whole(batch / "out", expected)
    complete(llc, batch, expected, listing)


@pytest.mark.parametrize("verb", ["decode", "enhance"])
def test_other_verbs_write_whole_files_too(
    llc: Any, batch: Path, expected: dict[str, bytes], listing: List, verb: str
) -> None:
    if verb == "decode":
        for name in OUTPUTS:
            (batch / "in" / name).write_bytes(expected[name])
    out = batch / "out"
    for at in (2, 4):
        done = llc.run(verb, "in", "-o", "out", cwd=batch, strike=[signal.SIGKILL, at, str(out)])
        assert done.code == -signal.SIGKILL
        assert llc.run(verb, "in", "-o", "out", "--force", cwd=batch).code == 0
        assert listing(out) == [f"{name}.png" for name in NAMES]
        if verb == "decode":
            check_whole(out, expected)
        for path in out.iterdir():
            path.unlink()
