import json
import os
import sys
from pathlib import Path

import pytest
from PIL import Image

from measurements import batch_overhead
from measurements.batch_overhead import Cost, cost, measure


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_cpu_time_of_a_command_is_counted(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), (9, 7, 5)).save(tmp_path / "a.png")
    spent = cost(["encode", str(tmp_path / "a.png"), "-o", str(tmp_path / "a.llc")])
    assert 0.1 < spent.own < spent.wall * 2
    assert spent.ray == 0
    with pytest.raises(SystemExit, match="llc encode nothing failed"):
        cost(["encode", "nothing"])


@pytest.mark.skipif(sys.platform != "linux", reason="counts in clock ticks of Linux")
def test_a_worker_stays_one_when_its_name_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    last = {1: (500, False), 2: (300, False)}
    looks = iter([{1: (100, False)}, {1: (400, True), 2: (200, False)}, last])
    monkeypatch.setattr(batch_overhead, "_EVERY", 0.001)
    monkeypatch.setattr(batch_overhead, "_processes", lambda mark: next(looks, last))
    spent, tick = cost(["--version"]), 1 / os.sysconf("SC_CLK_TCK")
    assert (spent.own, spent.ray) == (500 * tick, 300 * tick)


def test_the_start_drops_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stand_in(words: list[str]) -> Cost:
        count = int(Path(words[-3]).name)
        if words[0] == "encode":
            return Cost(3 + 0.5 * count, 0, 4 + 0.6 * count)
        return Cost(7 + 0.55 * count, 4 + 0.02 * count, 10 + count)

    monkeypatch.setattr(batch_overhead, "cost", stand_in)
    assert measure(tmp_path, 2, 12, 1) == {
        "encode": 0.5,
        "encode_wall": 0.6,
        "batch": 0.55,
        "batch_wall": 1,
        "ray": 4.24,
        "wall": 22,
    }


def test_the_median_of_the_rounds_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = iter([0.5, 0.9, 0.6])

    def stand_in(*_: object) -> dict[str, float]:
        walls = {"encode_wall": 0.6, "batch_wall": 0.3}
        return {"encode": 0.5, "batch": next(batch), **walls, "ray": 4, "wall": 9}

    monkeypatch.setattr(batch_overhead, "measure", stand_in)
    monkeypatch.setattr(batch_overhead, "versions_of", lambda *names: dict.fromkeys(names, "1"))
    out = tmp_path / "out.json"
    words = ["--megapixels", "0.01", "--few", "1", "--many", "2", "--workers", "1"]
    assert batch_overhead.main([*words, "--out", str(out)]) == 0
    stored = json.loads(out.read_text())
    assert (stored["rows"][0]["cpu_ratio"], stored["rows"][0]["wall_ratio"]) == (1.2, 0.5)
    assert stored["command"].endswith(f"--workers 1 --out {out}")
    assert len(capsys.readouterr().out.splitlines()) == 3
