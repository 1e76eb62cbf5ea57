import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llcodec.cli._job import same_command

Llc = Callable[..., Any]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("encode", "-o", "out"), "give a SOURCE, or --retry-failed MANIFEST"),
        (("encode", "in", "-o", "out", "--retry-failed", "m"), "give a SOURCE, or"),
        (("encode", "in", "-o", "out", "-q", "3", "--target-bpp", "1"), "give one of --quality"),
        (("encode", "in", "-o", "out", "--force", "--resume"), "give one of --force and --resume"),
        (("encode", "in"), "Missing option"),
        (("decode", "in", "-o", "out", "--as-shot", "--brightness", "1"), "give one of --as-shot"),
        (("decode", "in", "-o", "out", "--max-size", "9", "--salvage"), "give one of --max-size"),
        (("decode", "in", "-o", "out", "--format", "nothing"), "nothing"),
        (
            ("enhance", "in", "-o", "out", "--format", "png", "--output-quality", "9"),
            "--output-quality is for JPEG, WebP and AVIF",
        ),
    ],
)
def test_wrong_usage_is_one_line(llc: Llc, words: tuple[str, ...], message: str) -> None:
    result = llc("batch", *words)
    assert result.code == 2
    [line] = result.err.splitlines()
    assert message in line


def test_without_the_extra_one_line_says_so(llc: Llc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llcodec.cli._job.missing", lambda *_: ("ray", "s3fs"))
    result = llc("batch", "encode", "in", "-o", "out")
    assert (result.code, result.err) == (
        1,
        'llc: ray is not installed: pip install "llcodec[scale]"\n',
    )


@pytest.mark.extra("ray")
@pytest.mark.extra("tenacity")
@pytest.mark.extra("s3fs")
@pytest.mark.extra("webdataset")
def test_a_missing_source_is_one_line(llc: Llc, tmp_path: Path) -> None:
    result = llc("batch", "encode", tmp_path / "no", "-o", tmp_path / "out")
    assert (result.code, result.err) == (1, f"llc: {tmp_path}/no: no such file or folder\n")
    assert not (tmp_path / "out").exists()
    result = llc("batch", "encode", "nix://a", "-o", tmp_path / "out")
    assert (result.code, result.err) == (1, "llc: nix://a: Protocol not known: nix\n")
    result = llc("batch", "encode", "-o", "out", "--retry-failed", tmp_path)
    assert (result.code, result.err) == (1, f"llc: {tmp_path}: no manifest of a job\n")


def test_the_command_to_continue_with_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["llc", "batch", "encode", "in a", "-o", "out", "-f", "--workers", "2"]
    monkeypatch.setattr(sys, "argv", words)
    assert shlex.split(same_command()) == [
        *("llc", "batch", "encode", "in a", "-o", "out", "--workers", "2", "--resume")
    ]
