from dataclasses import replace

import pytest

from llcodec.bench.curves import MEASURES, PLOTTED, Point, drawn_measures, points, wants_log_axis
from llcodec.bench.results import PipelineResult


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
    broken = replace(result, columns=result.columns | {"psnr-rgb": (value, 24.0, value, value)})
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
    plotted = ["PSNR", "MS-SSIM", "SSIM", "NIQE", "LPIPS", "DISTS"]
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
