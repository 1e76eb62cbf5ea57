"""The measurement of steeper tone curves, on a small night with a lamp."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from measurements import contrast


def test_steeper_curves_darken_the_black_of_a_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "nights"
    ramp = np.linspace(1, 30, 192).reshape(1, 192, 1).repeat(128, 0).repeat(3, 2)
    dark = ramp.copy()
    dark[40:60, 40:70] = 220
    for half, scene in (("low", dark), ("high", 4 * ramp)):
        (folder / half).mkdir(parents=True)
        Image.fromarray(scene.astype(np.uint8)).save(folder / half / "lamp.png")
    (folder / "pairs.csv").write_text("id,split,low,high\n1,val,low/lamp.png,high/lamp.png\n")
    out = tmp_path / "out.json"
    arguments = ["--pairs", folder, "--steepest", "0", "0.3", "--out", out]
    monkeypatch.setattr(sys, "argv", ["contrast", *map(str, arguments)])
    contrast.main()
    result = json.loads(out.read_text())
    assert result["pairs"] == {"nights": 1}
    flat, steep = result["rows"]
    assert (flat["steepest"], steep["steepest"]) == (0, 0.3)
    assert steep["black"] < flat["black"]
    assert flat["reference_black"] == steep["reference_black"] < 10
    assert steep["psnr"] != flat["psnr"]
    assert " --steepest 0 0.3 --model joint " in result["command"]
