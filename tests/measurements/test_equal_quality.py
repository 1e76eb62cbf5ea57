"""The comparison of two models at equal quality, on curves whose answer is known."""

import json
import sys
from pathlib import Path

import pytest

from measurements import equal_quality

pytest.importorskip("bjontegaard")

RATES = (0.1, 0.2, 0.4, 0.8, 1.6)


def write(path: Path, rates: tuple[float, ...]) -> Path:
    rows = [
        {"bpp": rate, "psnr": 20.0 + number, "niqe": 8.0 - number, "ssim": None}
        for number, rate in enumerate(rates)
    ]
    path.write_text(json.dumps({"rows": rows}))
    return path


def test_a_fifth_fewer_bits_for_the_same_quality(tmp_path: Path) -> None:
    anchor = write(tmp_path / "anchor.json", RATES)
    file = write(tmp_path / "new.json", tuple(0.8 * rate for rate in RATES))
    found = equal_quality.compared(anchor, file)
    assert found["PSNR"] == pytest.approx(-20, abs=0.01)
    assert found["NIQE"] == pytest.approx(-20, abs=0.01)
    assert found["SSIM"] is None  # was not measured
    assert found["MS-SSIM"] is None  # was not there


def test_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    anchor = write(tmp_path / "anchor.json", RATES)
    file = write(tmp_path / "new.json", tuple(0.8 * rate for rate in RATES))
    arguments = ["--anchor", str(anchor), "--files", str(file)]
    monkeypatch.setattr(sys, "argv", ["equal_quality", *arguments])
    equal_quality.main()
    head, _, row = capsys.readouterr().out.splitlines()
    assert head.split(" | ")[1] == "PSNR"
    assert row.split(" | ")[:2] == ["| new", "−20 %"]


def test_files_without_an_anchor_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(write(tmp_path / "new.json", RATES))
    monkeypatch.setattr(sys, "argv", ["equal_quality", "--anchor", file, "--files", file, file])
    with pytest.raises(SystemExit):
        equal_quality.main()
    assert "need as many files" in capsys.readouterr().err
