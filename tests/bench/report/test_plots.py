from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from llcodec.bench.report.charts import PLOTTED
from llcodec.bench.report.plots import draw, write_plots
from llcodec.bench.results import PipelineResult

pytest.importorskip("matplotlib", reason="matplotlib is an extra")
NAMES = ("ebc-nerco+jpeg", "$x_1$ & <b>", "a-very-long-name-" * 4)


def result(name: str, factor: float, order: str = "ebc") -> PipelineResult:
    rates = tuple(factor * rate for rate in (0.8, 0.4, 0.2, 0.1))
    columns = {
        "bpp": rates,
        "psnr-rgb": (26.0, 25.0, None, 21.0),
        "ms-ssim-db-rgb": (None,) * 4,
        "ssim-rgb": (0.9, 0.85, 0.8, 0.7),
        "niqe": (4.0, 4.5, 5.0, 6.0),
    }
    record = {
        "order": order,
        "codec": {"name": "jpeg"},
        "before": {"name": "none"},
        "after": {"name": "none"},
    }
    return PipelineResult(name, name, record, (1.0, 2.0, 3.0, 4.0), columns)


@pytest.fixture
def results() -> list[PipelineResult]:
    made = [result(name, 1 + number) for number, name in enumerate(NAMES)]
    return [result("joint", 0.5, "joint"), *made]


def test_names_of_files_have_neither_spaces_nor_commas(tmp_path: Path) -> None:
    made = result("joint", 0.5, "joint")
    columns = {"bpp": made.columns["bpp"], "lpips-squeeze": (0.4, 0.3, 0.2, 0.1)}
    paths = write_plots([replace(made, columns=columns)], tmp_path, "title")
    assert [path.name for path in paths] == ["rd-lpips-squeezenet.png", "rd-lpips-squeezenet.svg"]


def test_a_plot_for_each_measure_in_both_formats(
    results: list[PipelineResult], tmp_path: Path
) -> None:
    import matplotlib

    settings = dict(matplotlib.rcParams)
    paths = write_plots(results, tmp_path / "out", "a $title$ <i>")
    assert dict(matplotlib.rcParams) == settings  # those of others stay as they were
    assert [path.name for path in paths] == [
        f"rd-{measure}.{suffix}"
        for measure in ("psnr", "ssim", "niqe")  # nobody has a value of MS-SSIM
        for suffix in ("png", "svg")
    ]
    assert sorted(paths) == sorted((tmp_path / "out").iterdir())
    with Image.open(paths[0]) as picture:
        assert picture.format == "PNG"
        assert picture.width > 1000
    root = ElementTree.parse(paths[1]).getroot()
    drawn = {element.get("id") for element in root.iter()}
    assert {"pipeline-joint", f"pipeline-{NAMES[0]}"} <= drawn


def test_the_same_results_make_the_same_bytes(
    results: list[PipelineResult], tmp_path: Path
) -> None:
    columns = {**results[0].columns, "ssim-rgb": (None,) * 4, "niqe": (None,) * 4}
    alone = [replace(results[0], columns=columns)]
    one = write_plots(alone, tmp_path / "one", "title")
    other = write_plots(alone, tmp_path / "other", "title")
    for a, b in zip(one, other, strict=True):
        assert a.read_bytes() == b.read_bytes()
    assert b"<dc:date>" not in one[1].read_bytes()


def test_only_measured_points_are_drawn_in_the_order_of_rates(
    results: list[PipelineResult],
) -> None:
    axes = draw(results, PLOTTED[0], "title").axes[0]
    line = next(line for line in axes.lines if line.get_gid() == "pipeline-joint")
    assert list(line.get_xdata()) == pytest.approx([0.05, 0.2, 0.4])
    assert list(line.get_ydata()) == [21, 25, 26]
    assert axes.get_ylabel() == "PSNR [dB]"


def test_the_axis_suits_the_rates(results: list[PipelineResult]) -> None:
    assert draw(results[:2], PLOTTED[0], "").axes[0].get_xscale() == "linear"
    assert draw(results, PLOTTED[0], "").axes[0].get_xscale() == "log"


def test_the_legend_names_families_and_pipelines(results: list[PipelineResult]) -> None:
    (legend,) = draw(results, PLOTTED[0], "").legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts[:4] == ["Joint", "joint", "Enhance before compress (EbC)", NAMES[0]]
    assert texts[4] == NAMES[1]  # as it is, no formula
    assert len(texts[5]) == 34
    assert "…" in texts[5]
