import json
from pathlib import Path

import pytest

from llcodec.bench.command import BenchOrder, run_bench
from llcodec.errors import InputError


def quiet(*_: object) -> None:
    """Hear nothing."""


def test_results_failures_and_comparisons(pair_root: Path, tmp_path: Path) -> None:
    order = BenchOrder(
        dataset=str(pair_root),
        pipelines=["cbe:jpeg+gamma", "plain:nothing", "cbe:webp+gamma"],
        out=tmp_path,
        anchor="cbe:jpeg+gamma",
        limit=2,
    )
    outcome = run_bench(order, quiet, quiet)
    assert [result.name for result in outcome.results] == ["cbe-jpeg+gamma", "cbe-webp+gamma"]
    assert [failure.name for failure in outcome.failures] == ["plain-nothing"]
    assert [comparison.name for comparison in outcome.comparisons] == [
        "cbe-jpeg+gamma",
        "cbe-webp+gamma",
    ]
    assert outcome.comparisons[0].bd_rate_psnr == pytest.approx(0, abs=1e-6)
    stored = json.loads((tmp_path / "cbe-webp+gamma.json").read_text())
    assert stored["meta"]["pictures"] == 2
    assert stored["meta"]["anchor"] == "cbe-jpeg+gamma"
    assert stored["meta"]["command"].startswith(f"llc bench --dataset {pair_root.name} --split")
    assert str(pair_root.parent) not in json.dumps(stored)
    assert (tmp_path / "table.csv").is_file()


def test_the_anchor_is_avif_unless_another_is_asked_for(pair_root: Path, tmp_path: Path) -> None:
    order = BenchOrder(
        str(pair_root), ["plain:jpeg", "plain:avif"], tmp_path, qualities=(50.0,), limit=1
    )
    assert run_bench(order, quiet, quiet).meta["anchor"] == "plain-avif"


def test_without_pictures_there_is_no_benchmark(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        run_bench(BenchOrder(str(tmp_path), ["plain:jpeg"], tmp_path), quiet, quiet)
