"""The measurement of lit and black places, on a small image."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from measurements import lit_places


def test_a_lamp_in_the_dark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    scene = np.full((128, 192, 3), 2.0)
    scene[:, :96] = 120 + 25 * rng.standard_normal((128, 96, 1)).repeat(3, 2)
    (tmp_path / "images").mkdir()
    pixels = scene.clip(0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "images" / "lamp.png")
    out = tmp_path / "out.json"
    arguments = ["--images", tmp_path / "images", "--quality", "7", "--out", out]
    monkeypatch.setattr(sys, "argv", ["lit_places", *map(str, arguments)])
    lit_places.main()
    result = json.loads(out.read_text())
    (row,) = result["rows"]
    assert row["image"] == "lamp.png"
    assert 0.1 < row["contrast_kept"] < 1.5
    assert 0 <= row["black_level"] < 120
    assert result["summary"]["images"]["images_with_lit_places"] == 1
    assert result["summary"]["images"]["contrast_kept_worst"] == row["contrast_kept"]


def test_what_the_references_of_pairs_have(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    dark = np.full((128, 192, 3), 2.0)
    dark[:, :96] = 150 + 40 * rng.standard_normal((128, 96, 1)).repeat(3, 2)
    bright = np.full_like(dark, 255.0)  # burns out what is lit
    bright[:, 96:] = 30
    for half, scene in (("low", dark), ("high", bright)):
        (tmp_path / half).mkdir()
        pixels = scene.clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(tmp_path / half / "lamp.png")
    (tmp_path / "pairs.csv").write_text("id,split,low,high\n1,val,low/lamp.png,high/lamp.png\n")
    plain, target = lit_places.references(tmp_path)
    assert plain.source == f"{tmp_path.name} references"
    assert plain.contrast_kept == 0
    assert target.source == f"{tmp_path.name} targets"
    assert target.contrast_kept is not None
    assert target.contrast_kept > 0.5
    assert plain.black_level == pytest.approx(30, abs=0.01)
