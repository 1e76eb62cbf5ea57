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
