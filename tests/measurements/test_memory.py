"""The measurement of whole processes, on small pictures."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurements.memory import Size, broken_promises, dark_picture, main, size_of


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("960x512", Size(960, 512)),
        ("960×512", Size(960, 512)),
        ("0.24", Size(600, 400)),
        ("24", Size(6000, 4000)),
    ],
)
def test_sizes_are_pixels_or_megapixels(text: str, size: Size) -> None:
    assert size_of(text) == size
    assert size_of(str(size)) == size


@pytest.mark.parametrize("text", ["", "large", "0x5", "5x", "-3", "inf", "nan"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="not a size"):
        size_of(text)


def test_the_picture_is_dark_and_seeded() -> None:
    picture = dark_picture(Size(600, 400))
    assert picture.size == (600, 400)
    assert 10 < np.asarray(picture).mean() < 30
    assert np.array_equal(np.asarray(picture), np.asarray(dark_picture(Size(600, 400))))


def test_the_command_measures_every_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "memory.json"
    arguments = ["memory", "--sizes", "90x60", "--threads", "1", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", arguments)
    main()
    stored = json.loads(out.read_text())
    (row,) = stored["pictures"]
    assert (row["width"], row["height"]) == (90, 60)
    for way in ("encode", "decode", "enhance"):
        assert row[way]["seconds"] > 0
        assert 50 < row[way]["peak_mb"] < 4000
    assert row["bytes"] > 100
    assert stored["enhancer"] == "joint"
    assert "--sizes 90x60 --model joint " in stored["command"]


def test_errors_are_reported_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["memory", "--megapixels", "0.001", "--model", "none", "--threads", "1"]
    monkeypatch.setattr(sys, "argv", [*arguments, "--out", str(tmp_path / "memory.json")])
    with pytest.raises(SystemExit, match="no model 'none' to enhance with"):
        main()


def row(width: int, height: int, peak: float | None) -> dict[str, Any]:
    return {"width": width, "height": height, "enhance": {"seconds": 1, "peak_mb": peak}}


def test_a_broken_promise_is_reported() -> None:
    kept = [row(6000, 4000, 5999.0), row(9000, 6000, 9999.0), row(960, 512, None)]
    assert broken_promises(kept) == []
    assert broken_promises([*kept, row(6000, 4000, 6001.0)]) == ["enhance of 6000x4000: 6001 MB"]
