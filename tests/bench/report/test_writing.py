import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from markupsafe import escape

from llcodec.bench.command import run_bench
from llcodec.bench.options import BenchOptions
from llcodec.bench.report import write_report
from llcodec.bench.report.writing import PICTURE_LIMIT, indices_to_show, present, title_of
from llcodec.bench.results import BenchResult
from llcodec.errors import InputError, OutputError

if TYPE_CHECKING:
    from tests.bench.report.conftest import Bench


pytest.importorskip("matplotlib", reason="matplotlib is an extra")
pytest.importorskip("skimage", reason="scikit-image is an extra")


@pytest.fixture(scope="module")
def text(bench: "Bench", tmp_path_factory: pytest.TempPathFactory) -> str:
    return bench.write(tmp_path_factory.mktemp("out") / "new").read_text("utf-8")


def test_a_report_is_one_file(bench: "Bench", tmp_path: Path) -> None:
    path = bench.write(tmp_path / "out")
    assert path == tmp_path / "out" / "report.html"
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == bench.write(tmp_path / "again").read_bytes()


def test_everything_is_reported(bench: "Bench", text: str) -> None:
    for result in bench.results:
        assert f"<bdi>{result.name}</bdi>" in text
    assert "3 pipelines measured, 1 failed" in text
    assert "a quick one" in text
    assert "2026-01-31" in text
    assert escape(bench.failed[0].failure) in text
    assert str(bench.results[0].conditions[0]) in text
    assert "not all were measured under the same conditions" not in text
    assert "Compared with " in text


def test_times_of_other_conditions_are_reported(bench: "Bench", tmp_path: Path) -> None:
    elsewhere = replace(bench.results[0].conditions[0], processor="a slow one", jobs=8)
    results = [replace(bench.results[0], conditions=(elsewhere,)), *bench.results[1:]]
    path = write_report(tmp_path, results, (), (), None, (), bench.meta)
    text = path.read_text("utf-8")
    assert "not all were measured under the same conditions" in text
    assert str(elsewhere) in text
    assert str(bench.results[1].conditions[0]) in text


def test_no_name_of_a_folder_comes_in(bench: "Bench", text: str) -> None:
    for shown in bench.samples.pictures:
        assert str(shown.picture.source.parent.parent) not in text


def test_names_do_not_become_markup(text: str) -> None:
    assert "<img src=x" not in text
    assert "<script>document" not in text
    assert text.count("&lt;img src=x") > 5


def test_a_full_report_stays_below_three_megabytes(bench: "Bench", tmp_path: Path) -> None:
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
    bench: "Bench", tmp_path: Path
) -> None:
    path = write_report(tmp_path, bench.results, (), (), None, (), {"anchor": "vtm"})
    text = path.read_text("utf-8")
    assert 'id="pictures"' not in text
    assert 'id="cost"' not in text
    assert 'id="failed"' not in text
    assert "There are no BD-rates" in text


def test_a_benchmark_in_which_all_failed_has_a_report(bench: "Bench", tmp_path: Path) -> None:
    text = write_report(tmp_path, (), (), bench.failed, None, (), {}).read_text("utf-8")
    assert "0 pipelines measured, 1 failed" in text
    assert escape(bench.failed[0].failure) in text


def test_names_that_are_not_unicode(bench: "Bench", tmp_path: Path) -> None:
    path = write_report(tmp_path, bench.results, (), (), None, (), {"dataset": "a\udcffb"})
    assert "<bdi>a?b</bdi>" in path.read_text("utf-8")


def test_a_place_that_cannot_be_written_to(bench: "Bench", tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"report\.html"):
        bench.write(tmp_path / "file")


def quiet(*_: object) -> None:
    """Hear nothing."""


@pytest.fixture(scope="module")
def outcome(pair_root: Path, tmp_path_factory: pytest.TempPathFactory) -> BenchResult:
    order = BenchOptions(
        str(pair_root),
        ["plain:jpeg", "cbe:webp+gamma", "plain:nothing"],
        tmp_path_factory.mktemp("out"),
        qualities=(20, 50, 80),
        report=False,
    )
    return run_bench(order, quiet, quiet)


def test_plots_and_a_page_with_everything(
    outcome: BenchResult, pair_root: Path, tmp_path: Path
) -> None:
    heard = []
    out, kept = tmp_path / "out", tmp_path / "kept"
    path = present(outcome, out, kept, (0, 1, 2), lambda *news: heard.append(news))
    assert path == out / "report.html"
    assert {"rd-psnr.png", "rd-psnr.svg", "report.html"} <= {file.name for file in out.iterdir()}
    text = path.read_text("utf-8")
    assert f"<h1><bdi>{pair_root.name} train</bdi></h1>" in text
    assert "2 pipelines measured, 1 failed" in text
    assert outcome.meta["machine"]["date"] in text
    assert text.count('class="compare"') == 3
    assert 'id="cost"' in text
    assert heard[-1] == ("before and after", 6, 6)
    assert len(list((kept / "shown").rglob("*.run"))) == 6


def test_pictures_are_shown_in_the_order_that_was_asked_for(
    outcome: BenchResult, tmp_path: Path
) -> None:
    shown = indices_to_show(outcome.pictures, ("2", "0", "2"))
    assert shown == (2, 0)
    page = present(outcome, tmp_path, tmp_path / "kept", shown, quiet)
    assert page is not None
    titles = re.findall(r'<p class="title"><bdi>(.*?)</bdi>', page.read_text("utf-8"))
    assert titles == ["2", "0"]


def test_without_a_choice_three_are_shown(outcome: BenchResult) -> None:
    picture = outcome.pictures.pictures[0]
    many = replace(outcome.pictures, pictures=(picture,) * 9)
    assert indices_to_show(many, ()) == (1, 4, 7)
    assert indices_to_show(outcome.pictures, ()) == (0, 1, 2)


def test_a_picture_that_there_is_not_is_reported(outcome: BenchResult) -> None:
    with pytest.raises(InputError, match=r"^no picture 'x' to show in pairs\d* train: 0, 1, 2$"):
        indices_to_show(outcome.pictures, ("1", "x"))
    pictures = [replace(outcome.pictures.pictures[0], id=str(number)) for number in range(9)]
    many = replace(outcome.pictures, pictures=tuple(pictures))
    with pytest.raises(InputError, match=r": 0, 1, 2, 3, 4, …$"):
        indices_to_show(many, ("x",))


def test_without_a_library_what_needs_it_is_left_out(
    outcome: BenchResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    page = present(outcome, tmp_path / "a", tmp_path / "kept", (0,), quiet)
    assert page is not None
    assert [file.name for file in page.parent.iterdir()] == ["report.html"]
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert present(outcome, tmp_path / "b", tmp_path / "kept", (0,), quiet) is None
    assert {file.suffix for file in (tmp_path / "b").iterdir()} == {".png", ".svg"}


def test_a_benchmark_in_which_all_failed_has_a_page(outcome: BenchResult, tmp_path: Path) -> None:
    nothing = replace(outcome, runs=outcome.failures, results=(), comparisons=())
    page = present(nothing, tmp_path, tmp_path / "kept", (0,), quiet)
    assert page is not None
    assert "0 pipelines measured, 1 failed" in page.read_text("utf-8")
    assert 'id="pictures"' not in page.read_text("utf-8")


def test_titles_count(outcome: BenchResult) -> None:
    pictures = outcome.pictures
    assert title_of(outcome) == f"{pictures.name} train, 3 pictures"
    one = replace(pictures, pictures=pictures.pictures[:1])
    assert title_of(replace(outcome, pictures=one)).endswith("1 picture")
