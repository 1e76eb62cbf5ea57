"""Several processes at once: one whole file, and nobody's half."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Make = Callable[..., Path]
List = Callable[[Path], list[str]]
AT_ONCE = 4


@pytest.fixture
def rivals(llc: Any, picture: Make, tmp_path: Path) -> list[bytes]:
    """What each of some processes would write alone."""
    wanted = []
    for seed in range(AT_ONCE):
        picture(tmp_path / f"{seed}.png", seed=seed)
        assert llc.run("encode", f"{seed}.png", "-o", "alone", cwd=tmp_path).code == 0
        wanted.append((tmp_path / "alone").read_bytes())
        (tmp_path / "alone").unlink()
    return wanted


def race(llc: Any, folder: Path, *options: str) -> list[Any]:
    words = [["encode", f"{seed}.png", "-o", "same.llc", *options] for seed in range(AT_ONCE)]
    running = [llc.start(*each, cwd=folder) for each in words]
    return [llc.wait(each) for each in running]


def test_the_first_wins_without_force(
    llc: Any, rivals: list[bytes], tmp_path: Path, listing: List
) -> None:
    done = race(llc, tmp_path)
    assert sorted(each.code for each in done) == [0, *[1] * (AT_ONCE - 1)]
    [winner] = [seed for seed, each in enumerate(done) if each.code == 0]
    assert (tmp_path / "same.llc").read_bytes() == rivals[winner]
    for seed, each in enumerate(done):
        if seed != winner:
            assert "same.llc exists already" in each.line
    assert listing(tmp_path) == [*(f"{seed}.png" for seed in range(AT_ONCE)), "same.llc"]


def test_the_last_wins_with_force(
    llc: Any, rivals: list[bytes], tmp_path: Path, listing: List
) -> None:
    done = race(llc, tmp_path, "--force")
    assert [each.code for each in done] == [0] * AT_ONCE
    assert (tmp_path / "same.llc").read_bytes() in rivals
    assert listing(tmp_path) == [*(f"{seed}.png" for seed in range(AT_ONCE)), "same.llc"]


def test_batches_into_one_folder_do_not_clear_each_others_work_away(
    llc: Any, rivals: list[bytes], tmp_path: Path, listing: List
) -> None:
    words = ["encode", *(f"{seed}.png" for seed in range(AT_ONCE)), "-o", "out/", "--force"]
    running = [llc.start(*words, cwd=tmp_path) for _ in range(AT_ONCE)]
    done = [llc.wait(each) for each in running]
    assert [each.code for each in done] == [0] * AT_ONCE, [each.err for each in done]
    assert listing(tmp_path / "out") == [f"{seed}.llc" for seed in range(AT_ONCE)]
    for seed in range(AT_ONCE):
        assert (tmp_path / "out" / f"{seed}.llc").read_bytes() == rivals[seed]
