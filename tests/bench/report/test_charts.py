from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from llcodec.bench.complexity import MEASURED, Complexity, Stage
from llcodec.bench.report.charts import (
    MEASURES,
    PLOTTED,
    Point,
    bars,
    curve_data,
    drawn_measures,
    points,
    wants_log_axis,
)
from llcodec.bench.report.styles import pipeline_styles
from llcodec.bench.results import PipelineResult

if TYPE_CHECKING:
    from tests.bench.report.conftest import Bench


@pytest.fixture
def result() -> PipelineResult:
    columns = {
        "bpp": (0.8, 0.1, 0.4, None),
        "psnr-rgb": (30.0, 24.0, None, 20.0),
        "niqe": (None,) * 4,
    }
    return PipelineResult("a", "plain:a", {}, (1.0, 2.0, 3.0, 4.0), columns)


def test_points_rise_in_rate_and_are_whole(result: PipelineResult) -> None:
    assert points(result, "psnr-rgb") == (Point(0.1, 24.0, 2.0), Point(0.8, 30.0, 1.0))
    assert points(result, "niqe") == ()
    assert points(result, "never-measured") == ()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_not_drawn(result: PipelineResult, value: float) -> None:
    broken = replace(result, columns={**result.columns, "psnr-rgb": (value, 24.0, value, value)})
    assert points(broken, "psnr-rgb") == (Point(0.1, 24.0, 2.0),)


def test_measures_without_values_are_left_out(result: PipelineResult) -> None:
    assert [m.column for m in drawn_measures([result])] == ["psnr-rgb"]
    assert drawn_measures([]) == ()


def test_labels_tell_unit_and_direction() -> None:
    labels = {measure.column: measure.label for measure in MEASURES}
    assert labels["psnr-rgb"] == "PSNR [dB]"
    assert labels["ssim-rgb"] == "SSIM"
    assert labels["niqe"] == "NIQE (lower is better)"
    assert labels["encoding_time"] == "Encoding [s] (lower is better)"
    assert labels["lpips"] == "LPIPS (lower is better)"
    plotted = ["PSNR", "MS-SSIM", "SSIM", "NIQE", "LPIPS", "LPIPS, SqueezeNet", "DISTS"]
    assert [measure.title for measure in PLOTTED] == plotted


@pytest.mark.parametrize(
    ("rates", "logarithmic"),
    [((0.1, 0.8), False), ((0.05, 2.0), True), ((None,), False), ((), False)],
)
def test_rates_that_are_far_apart_want_a_logarithmic_axis(
    rates: tuple[float | None, ...], logarithmic: bool
) -> None:
    result = PipelineResult("a", "plain:a", {}, (), {"bpp": rates})
    assert wants_log_axis([result]) == logarithmic


def test_curves_hold_what_can_be_drawn(bench: "Bench") -> None:
    data = curve_data(bench.results, pipeline_styles(bench.results))
    columns = [measure["column"] for measure in data["measures"]]
    assert columns[0] == "psnr-rgb"
    assert "ms-ssim-db-rgb" not in columns  # the pictures are too small for it
    assert [p["name"] for p in data["pipelines"]] == [r.name for r in bench.results]
    for pipeline, result in zip(data["pipelines"], bench.results, strict=True):
        assert set(pipeline["points"]) == set(columns)
        points = pipeline["points"]["psnr-rgb"]
        assert sorted(rate for rate, _, _ in points) == [rate for rate, _, _ in points]
        assert {value for _, value, _ in points} == set(result.columns["psnr-rgb"])
    families = {family["key"]: family for family in data["families"]}
    assert {p["family"] for p in data["pipelines"]} <= set(families)
    assert families["ebc"]["filled"] != families["cbe"]["filled"]


OURS = Complexity("ours", (Stage("encoder", 2e6, 30e9), Stage("decoder", 2e6, 10e9)))
THEIRS = Complexity(
    "theirs", (Stage("enhancer", 6e6, 8e9), Stage("codec", 10e6, 12e9)), "their paper"
)


def test_lengths_are_shares_of_the_longest_bar() -> None:
    figure = bars([OURS, THEIRS])
    assert figure is not None
    macs, parameters = figure.panels
    assert [(s.start, s.length) for s in macs.bars[0].segments] == [(0, 75), (75, 25)]
    assert [(s.start, s.length) for s in parameters.bars[0].segments] == [(0, 12.5), (12.5, 12.5)]
    assert [(s.start, s.length) for s in parameters.bars[1].segments] == [(0, 37.5), (37.5, 62.5)]
    assert [bar.total for bar in parameters.bars] == ["4.00 M", "16.0 M"]


def test_bars_are_reported_in_words() -> None:
    figure = bars([OURS, THEIRS])
    assert figure is not None
    macs, parameters = figure.panels
    assert (macs.bars[1].total, parameters.bars[1].total) == ("20.0 G", "16.0 M")
    assert macs.bars[1].description == "enhancer 8.00 G, codec 12.0 G"


def test_stages_share_colours_and_sources_are_reported() -> None:
    figure = bars([OURS, THEIRS, OURS, THEIRS])
    assert figure is not None
    assert figure.stages == ("encoder", "decoder", "enhancer", "codec")
    assert [s.stage for s in figure.panels[1].bars[1].segments] == [2, 3]
    assert figure.sources == (("their paper", ("theirs", "theirs")),)
    assert OURS.source == MEASURED


@pytest.mark.parametrize("empty", [[], [Complexity("nothing", ())]])
def test_nothing_is_drawn_of_nothing(empty: list[Complexity]) -> None:
    figure = bars(empty)
    assert figure is None or all(not bar.segments for p in figure.panels for bar in p.bars)
