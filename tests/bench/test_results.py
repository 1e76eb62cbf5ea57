import csv
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from llcodec.bench.complexity import Complexity, Stage
from llcodec.bench.machine import Conditions
from llcodec.bench.per_pipeline import PeakMemory
from llcodec.bench.pictures import PictureSet
from llcodec.bench.pipelines import pipeline_of
from llcodec.bench.results import (
    BenchResult,
    Comparison,
    PipelineResult,
    compare,
    other_results,
    remove_results,
    result_of,
    result_path,
    write_results,
)
from llcodec.bench.runner import PipelineRun
from llcodec.bench.scores import Scores
from llcodec.errors import OutputError

EARLY = Conditions("2026-01-31", "a slow one", 8, 1, "2.9")
LATE = Conditions("2026-02-01", "a quick one", 1, 2, "3.0")


def scores(bpp: float, psnr: float, seconds: float) -> Scores:
    return Scores(bpp, psnr, 0.9, 0.99, psnr + 1, psnr + 2, None, 10, 12, seconds, 2 * seconds)


@pytest.fixture
def result() -> PipelineResult:
    columns = tuple(
        tuple(scores(rate, quality + shift, 1 + shift) for shift in (-1, 0, 4))
        for rate, quality in ((0.1, 28), (0.2, 30), (0.4, 32), (0.8, 34))
    )
    pipeline = pipeline_of("plain:jpeg")
    run = PipelineRun("plain:jpeg", "plain-jpeg", pipeline, (5, 20, 55, 88), columns)
    return result_of(run)


def test_means_and_medians(result: PipelineResult) -> None:
    assert result.columns["bpp"] == (0.1, 0.2, 0.4, 0.8)
    assert result.columns["psnr-rgb"] == (29, 31, 33, 35)
    assert result.columns["psnr-gt-mean-rgb"][0] == 30
    assert result.columns["psnr-fitted-rgb"][0] == 31
    assert result.columns["ms-ssim-db-rgb"][0] == pytest.approx(20)
    assert result.columns["niqe"] == (None,) * 4
    assert result.columns["encoding_time"] == (1,) * 4
    assert result.columns["decoding_time"] == (2,) * 4


def test_distances_are_columns_where_they_were_wanted(
    result: PipelineResult, tmp_path: Path
) -> None:
    found = {"lpips": ((0.25, None, 0.5), (0.125,) * 3), "dists": ((None,) * 3,) * 2}
    columns = (tuple(scores(0.1, 28, 1) for _ in range(3)),) * 2
    pipeline = pipeline_of("plain:jpeg")
    run = PipelineRun("plain:jpeg", "plain-jpeg", pipeline, (5, 20), columns, distances=found)
    wanted = result_of(run)
    assert wanted.columns["lpips"] == (0.375, 0.125)
    assert wanted.columns["dists"] == (None, None)
    assert set(wanted.columns) == {*result.columns, "lpips", "dists"}
    write_results([wanted], (), {}, tmp_path)
    assert json.loads((tmp_path / "plain-jpeg.json").read_text())["results"]["lpips"] == [
        0.375,
        0.125,
    ]
    rows = list(csv.DictReader((tmp_path / "table.csv").read_text().splitlines()))
    assert [(row["lpips"], row["dists"]) for row in rows] == [("0.375", ""), ("0.125", "")]


def test_files_are_in_the_schema_of_compressai(result: PipelineResult, tmp_path: Path) -> None:
    better = replace(
        result,
        name="better",
        columns={**result.columns, "bpp": tuple(v / 2 for v in (0.1, 0.2, 0.4, 0.8))},
    )
    both = [result, better]
    meta = {"dataset": "toy", "anchor": "plain-jpeg"}
    write_results(both, compare(both, "plain-jpeg"), meta, tmp_path)
    stored = json.loads((tmp_path / "better.json").read_text())
    assert stored["name"] == "better"
    assert stored["results"]["bpp"] == [0.05, 0.1, 0.2, 0.4]
    assert {"psnr-rgb", "ms-ssim-rgb", "encoding_time", "decoding_time"} < set(stored["results"])
    assert stored["bd"]["bd-rate-psnr"] == pytest.approx(-50, abs=0.1)
    assert stored["bd"]["bd-psnr"] == pytest.approx(2, abs=0.1)
    assert stored["meta"]["dataset"] == "toy"
    assert stored["meta"]["pipeline"]["codec"]["name"] == "jpeg"
    rows = list(csv.DictReader((tmp_path / "table.csv").read_text().splitlines()))
    assert len(rows) == 8
    assert (rows[4]["pipeline"], rows[4]["bpp"], rows[4]["niqe"]) == ("better", "0.05", "")


def test_without_its_anchor_nothing_is_compared(result: PipelineResult) -> None:
    assert compare([result], "vtm") == []
    (own,) = compare([result], "plain-jpeg")
    assert own.bd_rate_psnr == pytest.approx(0, abs=1e-6)
    assert own.bd_rate_ms_ssim is None  # all points of the same quality: no curve


def test_the_best_come_first() -> None:
    best = [
        Comparison("a", -10.0, None, 0.5),
        Comparison("b", 0.0, None, 0.0),
        Comparison("c", 20.0, None, None),
        Comparison("d", None, None, 3.0),
        Comparison("e", None, None, -3.0),
        Comparison("f", None, None, None),
    ]
    assert sorted(best[::-1], key=lambda comparison: comparison.rank) == best


def test_what_networks_cost_is_reported_for_every_quality(
    result: PipelineResult, tmp_path: Path
) -> None:
    small = Complexity("a", (Stage("encoder", 20, 3e9), Stage("decoder", 10, 1.5e9)))
    large = Complexity("a", (Stage("codec", 40, 9e9),))
    pipeline = pipeline_of("plain:jpeg")
    run = PipelineRun("plain:jpeg", "networks", pipeline, (1, 2, 3, 4), ((),) * 4)
    counted = result_of(run, complexities=(small, small, large, None))
    assert counted.columns["parameters"] == (30, 30, 40, None)
    assert counted.columns["gmacs_960x512"] == (4.5, 4.5, 9, None)
    assert counted.complexity == large
    write_results([result, counted], (), {}, tmp_path)
    stored = json.loads((tmp_path / "networks.json").read_text())
    assert stored["results"]["parameters"] == [30, 30, 40, None]
    first, other = stored["complexity"]
    assert first == {
        "qualities": [1, 2],
        "stages": [
            {"name": "encoder", "parameters": 20, "gmacs_960x512": 3},
            {"name": "decoder", "parameters": 10, "gmacs_960x512": 1.5},
        ],
    }
    assert other["qualities"] == [3]
    rows = list(csv.DictReader((tmp_path / "table.csv").read_text().splitlines()))
    assert [(row["parameters"], row["gmacs_960x512"]) for row in rows] == [
        *[("", "")] * 4,
        *(("30", "4.5"), ("30", "4.5"), ("40", "9.0"), ("", "")),
    ]


def test_what_is_no_network_costs_nothing_that_is_known(
    result: PipelineResult, tmp_path: Path
) -> None:
    assert result.complexity is None
    write_results([result], (), {}, tmp_path)
    stored = json.loads((tmp_path / "plain-jpeg.json").read_text())
    assert stored["complexity"] is None
    assert stored["results"]["gmacs_960x512"] == [None] * 4


def test_memory_is_what_was_measured_or_nothing(result: PipelineResult, tmp_path: Path) -> None:
    measured = replace(result, name="measured", memory=PeakMemory(61.5, None, "a", 30, 20, 4.0))
    write_results([result, measured], (), {}, tmp_path)
    assert json.loads((tmp_path / "plain-jpeg.json").read_text())["peak_memory_mb"] is None
    stored = json.loads((tmp_path / "measured.json").read_text())["peak_memory_mb"]
    assert (stored["encode"], stored["decode"]) == (61.5, None)
    assert (stored["picture"], stored["width"], stored["height"]) == ("a", 30, 20)
    rows = list(csv.DictReader((tmp_path / "table.csv").read_text().splitlines()))
    assert [row["peak_memory_mb_encode"] for row in rows] == [""] * 4 + ["61.5"] * 4
    assert {row["peak_memory_mb_decode"] for row in rows} == {""}


def test_times_stand_beside_their_conditions(result: PipelineResult, tmp_path: Path) -> None:
    pipeline = pipeline_of("plain:jpeg")
    columns = ((scores(0.1, 28, 1),),)
    run = PipelineRun("plain:jpeg", "timed", pipeline, (5,), columns, conditions=(EARLY, LATE))
    write_results([result, result_of(run)], (), {"machine": {"threads": 4}}, tmp_path)
    meta = json.loads((tmp_path / "timed.json").read_text())["meta"]
    assert meta["times"] == [asdict(EARLY), asdict(LATE)]
    assert meta["machine"] == {"threads": 4}
    assert json.loads((tmp_path / "plain-jpeg.json").read_text())["meta"]["times"] == []
    rows = list(csv.DictReader((tmp_path / "table.csv").read_text().splitlines()))
    assert rows[0]["times_measured_with"] == ""
    assert rows[-1]["times_measured_with"] == f"{EARLY}; {LATE}"


def test_failures_are_the_runs_that_failed() -> None:
    good, bad = PipelineRun("a", "a", None), PipelineRun("b", "b", None, failure="broken")
    outcome = BenchResult(PictureSet("set", "test", ()), (good, bad), (), (), {})
    assert outcome.failures == (bad,)


def test_results_that_are_not_of_this_run_are_named(tmp_path: Path) -> None:
    for name in ("plain-jpeg", "joint", "cbe-avif+nerco"):
        result_path(tmp_path, name).write_text("{}")
    (tmp_path / "table.csv").write_text("")
    (tmp_path / "measurements").mkdir()
    (tmp_path / "measurements" / "deep.json").write_text("")
    assert other_results(tmp_path, ["joint"]) == ("cbe-avif+nerco.json", "plain-jpeg.json")
    assert other_results(tmp_path, ["joint", "plain-jpeg", "cbe-avif+nerco"]) == ()
    assert other_results(tmp_path / "nowhere", []) == ()


def test_only_what_is_named_is_removed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        result_path(tmp_path, name).write_text("{}")
    remove_results(tmp_path, ["a", "c"])
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]


def test_what_cannot_be_removed_is_reported(tmp_path: Path) -> None:
    result_path(tmp_path, "a").mkdir()
    with pytest.raises(OutputError, match=r"cannot remove .*a\.json"):
        remove_results(tmp_path, ["a"])
