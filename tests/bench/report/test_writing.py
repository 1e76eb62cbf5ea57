from dataclasses import replace
from pathlib import Path

import pytest
from markupsafe import escape

from llcodec.bench.report import write_report
from llcodec.bench.report.writing import PICTURE_LIMIT
from llcodec.errors import OutputError


@pytest.fixture(scope="module")
def text(bench, tmp_path_factory: pytest.TempPathFactory) -> str:
    return bench.write(tmp_path_factory.mktemp("out") / "new").read_text("utf-8")


def test_a_report_is_one_file(bench, tmp_path: Path) -> None:
    path = bench.write(tmp_path / "out")
    assert path == tmp_path / "out" / "report.html"
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == bench.write(tmp_path / "again").read_bytes()


def test_everything_is_told(bench, text: str) -> None:
    for result in bench.results:
        assert f"<bdi>{result.name}</bdi>" in text
    assert "3 pipelines measured, 1 failed" in text
    assert "a quick one" in text
    assert "2026-01-31" in text
    assert escape(bench.failed[0].failure) in text
    assert str(bench.results[0].conditions[0]) in text
    assert "not all were measured under the same conditions" not in text
    assert "Beside " in text


def test_times_of_other_conditions_are_told(bench, tmp_path: Path) -> None:
    elsewhere = replace(bench.results[0].conditions[0], processor="a slow one", jobs=8)
    results = [replace(bench.results[0], conditions=(elsewhere,)), *bench.results[1:]]
    path = write_report(tmp_path, results, (), (), None, (), bench.meta)
    text = path.read_text("utf-8")
    assert "not all were measured under the same conditions" in text
    assert str(elsewhere) in text
    assert str(bench.results[1].conditions[0]) in text


def test_no_name_of_a_folder_comes_in(bench, text: str) -> None:
    for shown in bench.showcase.pictures:
        assert str(shown.picture.source.parent.parent) not in text
        assert all(str(one.picture.parent) not in text for one in shown.shown)


def test_names_do_not_become_markup(text: str) -> None:
    assert "<img src=x" not in text
    assert "<script>document" not in text
    assert text.count("&lt;img src=x") > 5


def test_a_full_report_stays_below_three_megabytes(bench, tmp_path: Path) -> None:
    columns = {name: values * 2 for name, values in bench.results[0].columns.items()}
    many = [
        replace(
            bench.results[0],
            name=f"ebc-an-enhancer-{number}+a-codec",
            qualities=tuple(map(float, range(10))),
            columns=columns,
        )
        for number in range(30)
    ]
    path = write_report(tmp_path, many, (), (), None, bench.complexity, bench.meta)
    assert path.stat().st_size + PICTURE_LIMIT < 3_000_000


def test_without_pictures_costs_and_comparisons_there_are_no_such_parts(
    bench, tmp_path: Path
) -> None:
    path = write_report(tmp_path, bench.results, (), (), None, (), {"anchor": "vtm"})
    text = path.read_text("utf-8")
    assert 'id="pictures"' not in text
    assert 'id="cost"' not in text
    assert 'id="failed"' not in text
    assert "There are no BD-rates" in text


def test_a_benchmark_in_which_all_failed_has_a_report(bench, tmp_path: Path) -> None:
    text = write_report(tmp_path, (), (), bench.failed, None, (), {}).read_text("utf-8")
    assert "0 pipelines measured, 1 failed" in text
    assert escape(bench.failed[0].failure) in text


def test_names_that_are_not_unicode(bench, tmp_path: Path) -> None:
    path = write_report(tmp_path, bench.results, (), (), None, (), {"dataset": "a\udcffb"})
    assert "<bdi>a?b</bdi>" in path.read_text("utf-8")


def test_a_place_that_cannot_be_written_to(bench, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"report\.html"):
        bench.write(tmp_path / "file")
