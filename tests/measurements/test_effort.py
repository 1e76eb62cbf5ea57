"""The measurement of efforts, on a small image."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from measurements import effort


def test_effort_saves_bits_and_costs_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(40, 220, (8, 10, 3), np.uint8))
    (tmp_path / "photographs").mkdir()
    small.resize((160, 128), Image.Resampling.BICUBIC).save(tmp_path / "photographs" / "a.png")
    monkeypatch.setattr(effort, "EFFORTS", (0, 3))
    arguments = ["--photographs", tmp_path / "photographs", "--out", tmp_path / "effort.json"]
    monkeypatch.setattr(sys, "argv", ["effort", *map(str, arguments)])
    effort.main()
    result = json.loads((tmp_path / "effort.json").read_text())
    assert result["bd_rate"]["0"] == 0
    assert result["bd_rate"]["3"] < -0.5
    assert [row["effort"] for row in result["rows"]] == 4 * [0] + 4 * [3]
    assert all(row["seconds"] > 0 for row in result["rows"])
    assert result["model"]


def test_models_that_brighten_come_closer_to_their_own_output(
    pair_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effort, "EFFORTS", (0, 3))
    arguments = ["--dark", pair_folder, "--model", "fast-5", "--out", tmp_path / "effort.json"]
    monkeypatch.setattr(sys, "argv", ["effort", *map(str, arguments)])
    effort.main()
    result = json.loads((tmp_path / "effort.json").read_text())
    assert result["bd_rate"]["3"] < -0.5
    assert set(result["reference_bd_rate"]) == {"0", "3"}
    rows = result["rows"]
    assert all(row["reference_psnr"] < row["psnr"] for row in rows)
    assert "--dark" in result["command"]
