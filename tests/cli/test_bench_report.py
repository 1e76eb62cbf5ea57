import pytest

from llcodec.bench.pictures import PictureSet
from llcodec.bench.results import BenchResult, Comparison, PipelineResult
from llcodec.bench.runner import PipelineRun
from llcodec.cli._bench_report import BenchLines, comparison_lines

MISSING = 'pillow_heif is not installed: pip install "llcodec[bench]"'


def test_equal_failures_are_reported_once(capsys: pytest.CaptureFixture[str]) -> None:
    with BenchLines(quiet=True) as lines:
        for name, failure in (("a", MISSING), ("b", MISSING), ("c", "damaged"), ("d", None)):
            lines.finished(PipelineRun(name, name, None, failure=failure))
    assert capsys.readouterr().err.splitlines() == [
        f"llc: a: {MISSING}",
        "llc: b: failed like a",
        "llc: c: damaged",
    ]


def test_a_pipe_gets_a_line_for_each_pipeline(capsys: pytest.CaptureFixture[str]) -> None:
    with BenchLines(quiet=False) as lines:
        lines.progress("a", 1, 2)
        lines.finished(PipelineRun("a", "a", None))
    assert capsys.readouterr().err == "a: done\n"


def test_the_table_fits_into_80_columns() -> None:
    columns: dict[str, tuple[float | None, ...]] = {
        "bpp": (0.012, 12.345),
        "psnr-rgb": (12.34, 45.67),
        "ssim-rgb": (0.123, 0.999),
    }
    names = ("bpg", "sdd+some-long-name-of-a-network+bpg")
    outcome = BenchResult(
        PictureSet("a", "test", ()),
        (),
        tuple(PipelineResult(name, name, {}, (1.0, 2.0), columns) for name in names),
        (Comparison(names[1], 1234.5, None, -12.34),),
        {"anchor": "bpg"},
    )
    head, first, long, second, note = comparison_lines(outcome)
    assert max(map(len, (head, first, long, second, note))) < 80
    assert long == names[1]
    assert second.split() == [
        *("0.012-12.345", "12.34-45.67", "0.123-0.999"),
        *("+1234.5", "%", "-12.34", "dB"),
    ]
    assert len(head) == len(first) == len(second)
