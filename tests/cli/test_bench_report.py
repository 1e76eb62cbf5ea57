import pytest

from llcodec.bench.runner import PipelineRun
from llcodec.cli._bench_report import BenchLines

MISSING = 'pillow_heif is not installed: pip install "llcodec[bench]"'


def test_equal_failures_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
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
