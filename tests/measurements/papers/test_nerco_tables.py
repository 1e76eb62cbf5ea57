from collections.abc import Callable
from pathlib import Path

import pytest

from measurements.papers.nerco_tables import METHODS, ablation, comparison, main


@pytest.fixture
def results(tmp_path: Path, bench_result: Callable[..., None]) -> Path:
    for name in ("lol", "stacks", "sice"):
        bench_result(tmp_path / "peers" / name / "a.json", "enhance:nerco-3", [1], [20.126])
    spec = "enhance:nerco:ablation-4.safetensors"
    bench_result(tmp_path / "ablations" / "nerco-4.json", spec, [1], [19.5])
    (tmp_path / "ablations" / "widths.json").write_text("[]")
    return tmp_path


def test_table_1_has_every_method_of_the_paper_for_each_set(results: Path) -> None:
    lines = list(comparison(results / "peers"))
    assert sum(line.startswith("4 validation pairs") for line in lines) == 3
    for method in METHODS:
        assert sum(line.startswith(f"| {method} |") for line in lines) == 3
    assert lines.count("| NeRCo | 20.13 | – | – | – |") == 3
    assert lines.count("| KinD | – | – | – | – |") == 3


def test_table_2_says_which_parts_each_setting_has(results: Path) -> None:
    lines = list(ablation(results / "ablations"))
    assert len(lines) == 7
    assert lines[5] == "| #4 | yes | yes | yes | – | 19.50 | – | – | – |"


def test_both_tables_are_printed(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--peers", str(results / "peers"), "--ablations", str(results / "ablations")])
    out = capsys.readouterr().out
    assert out.index("## Table 1") < out.index("## Table 2")
