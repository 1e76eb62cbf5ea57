"""The measurement of whole processes, on a small picture."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from llcodec.bench.memory import dark_picture, main


def test_the_picture_is_dark_seeded_and_as_large_as_asked() -> None:
    picture = dark_picture(0.24)
    assert picture.size == (600, 400)
    assert 10 < np.asarray(picture).mean() < 30
    assert np.array_equal(np.asarray(picture), np.asarray(dark_picture(0.24)))


def test_the_command_measures_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "memory.json"
    arguments = ["memory", "--megapixels", "0.005", "--threads", "1", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", arguments)
    main()
    (row,) = json.loads(out.read_text())["pictures"]
    for way in ("encode", "decode"):
        assert row[way]["seconds"] > 0
        assert 50 < row[way]["peak_mb"] < 4000
    assert row["bytes"] > 100
