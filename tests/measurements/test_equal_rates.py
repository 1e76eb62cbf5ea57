"""The comparison at equal rates, on curves whose values are known."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from measurements import equal_rates


def results(name: str, rates: list[float], psnr: list[float], **more: Any) -> dict[str, Any]:
    return {"name": name, "results": {"bpp": rates, "psnr-rgb": psnr, **more}}


AT = results("ours", [0.2, 0.8], [21.0, 24.0], niqe=[5.0, 4.0])
STEEP = results("steep", [0.1, 0.4, 1.6], [20.0, 22.0, 24.0], niqe=[9.0, 6.0, 3.0])
FLAT = results("flat", [0.1, 0.4], [21.5, 21.5])


def test_the_best_of_the_others_at_each_rate() -> None:
    low, high = equal_rates.compared(AT, [STEEP, FLAT], "psnr-rgb")
    assert (low.rate, low.value, low.name, low.better) == (0.2, 21.0, "flat", 1)
    assert low.best == pytest.approx(21.5)
    assert (high.name, high.better) == ("steep", 0)  # the flat one does not reach this rate
    assert high.best == pytest.approx(23.0)


def test_lower_niqe_is_better() -> None:
    low, high = equal_rates.compared(AT, [STEEP, FLAT], "niqe")
    assert low.best == pytest.approx(7.5)
    assert low.better == 0
    assert high.best == pytest.approx(4.5)


def test_the_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = []
    for content in (AT, STEEP, FLAT):
        paths.append(tmp_path / f"{content['name']}.json")
        paths[-1].write_text(json.dumps(content))
    arguments = ["--at", str(paths[0]), "--others", *map(str, paths[1:])]
    monkeypatch.setattr(sys, "argv", ["equal_rates", *arguments])
    equal_rates.main()
    lines = capsys.readouterr().out.splitlines()
    assert "| 0.200 | 21.000 | 21.500 | flat | 1 |" in lines
    assert "| 0.800 | 4.000 | 4.500 | steep | 0 |" in lines
