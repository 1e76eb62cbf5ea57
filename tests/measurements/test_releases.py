"""The comparison with an earlier release: with this one itself, on a small picture."""

import json
import sys
from pathlib import Path

import pytest

from measurements.releases import HERE, Cost, compared, cost, main


def test_ratios_are_of_neighbouring_runs() -> None:
    now = [Cost(1, 2, 3), Cost(2, 4, 3), Cost(1, 2, 3)]
    earlier = [Cost(2, 2, 3), Cost(4, 8, 6), Cost(4, 2, 3)]
    found = compared(now, earlier)
    assert found["now"] == {"cpu": 1, "wall": 2, "peak_mb": 3}
    assert found["earlier"] == {"cpu": 4, "wall": 2, "peak_mb": 3}
    assert found["ratio"] == {"cpu": 0.5, "wall": 1, "peak_mb": 1}


def test_a_failure_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="nothing"):
        cost(HERE, ["info", str(tmp_path / "nothing.llc")], 1)


@pytest.mark.slow
def test_a_comparison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "releases.json"
    arguments = ["--earlier", str(HERE), "--sizes", "64x48", "--runs", "1", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["releases", *arguments])
    main()
    made = json.loads(out.read_text())
    (row,) = made["pictures"]
    for command in ("encode", "decode"):
        assert 0.2 < row[command]["ratio"]["cpu"] < 5
        assert row[command]["now"]["peak_mb"] > 50
    assert f"--earlier {made['earlier']}" in made["command"]
