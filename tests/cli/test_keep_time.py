"""``--keep-time``: outputs get the times of their inputs."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Llc = Callable[..., Any]
Make = Callable[..., Path]
THEN = 1_000_000_000_123_456_789


@pytest.mark.parametrize("option", ["-p", "--keep-time"])
def test_times_are_kept(llc: Llc, picture: Make, tmp_path: Path, option: str) -> None:
    source = picture(tmp_path / "a.png")
    os.utime(source, ns=(THEN - 10**9, THEN))
    assert llc("encode", source, option).code == 0
    assert llc("decode", tmp_path / "a.llc", tmp_path / "b.png", option).code == 0
    assert llc("enhance", source, option).code == 0
    for name in ("a.llc", "b.png", "a-enhanced.png"):
        assert (tmp_path / name).stat().st_mtime_ns == THEN


def test_without_it_outputs_are_new(llc: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "a.png")
    os.utime(source, ns=(THEN, THEN))
    assert llc("encode", source).code == 0
    assert (tmp_path / "a.llc").stat().st_mtime_ns > THEN


@pytest.mark.parametrize("names", [("-",), ("a.png", "-o", "-"), ("a.png", "-o", "/dev/null")])
def test_streams_have_no_time(
    llc: Llc, picture: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    picture(tmp_path / "a.png")
    monkeypatch.chdir(tmp_path)
    result = llc("encode", *names, "-p", stdin=b"")
    assert result.code == 2
    assert "--keep-time needs files" in result.err
