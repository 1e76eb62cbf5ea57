"""The command, its figures, and what it calls growing."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from measurements.heap import Reading
from measurements.soak import FEWEST, FLAT, Soak, main, slope


def soaked(**figures: Sequence[float]) -> Soak:
    """A soak of which some figures of memory are given, and the others stay the same."""
    (length,) = {len(each) for each in figures.values()}
    usual = {
        "resident_mb": [900.0] * length,
        "in_use_mb": [200.0] * length,
        "objects": [9] * length,
    }
    rows = zip(*(usual | figures).values(), strict=True)
    return Soak(pairs=length, memory=[Reading(mb, used, int(n)) for mb, used, n in rows])


def test_the_slope_is_that_of_the_second_half() -> None:
    rising = [100 + 0.5 * n for n in range(300)]
    assert slope(rising) == pytest.approx(500)
    assert slope([*rising, *[250.0] * 300]) == pytest.approx(0)
    assert slope([1.0]) == slope([1.0, 1000.0]) == 0


@pytest.mark.parametrize("name", FLAT)
def test_the_verdict(name: str) -> None:
    noise = 1e6 + np.random.default_rng(0).normal(0, 5, 2000)
    steep = np.arange(2000) * 2 * FLAT[name] / 1000
    assert soaked(**{name: noise.tolist()}).verdict() == "flat"
    assert soaked(**{name: (noise + steep).tolist()}).verdict() == "grows"
    assert soaked(**{name: noise[: FEWEST - 1].tolist()}).verdict() == "too few pairs to tell"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "soak.json"
    assert main(["--pairs", "5", "--seed", "2", "--out", str(out)]) == 0
    result = json.loads(out.read_text())
    assert (result["pairs"], result["wrong_results"], result["wrong"]) == (5, 0, [])
    memory = result["memory"]
    assert memory["in_use_mb"][-1] == memory["last"]["in_use_mb"] > 10
    assert memory["peak_resident_mb"] >= memory["last"]["resident_mb"] > 50
    assert memory["verdict"] == "too few pairs to tell"
    assert result["command"].endswith("--pairs 5 --seed 2 --out soak.json")
    assert "5 pairs, 0 wrong" in capsys.readouterr().out


def test_no_pairs_are_a_wrong_command_line(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--pairs", "0", "--out", str(tmp_path / "x.json")])
