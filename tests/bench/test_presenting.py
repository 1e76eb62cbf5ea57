import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from llcodec.bench.command import run_bench
from llcodec.bench.order import BenchOrder
from llcodec.bench.outcome import BenchOutcome
from llcodec.bench.presenting import places_to_show, present, title_of
from llcodec.errors import InputError

pytest.importorskip("matplotlib", reason="matplotlib is an extra")
pytest.importorskip("skimage", reason="scikit-image is an extra")


def quiet(*_: object) -> None:
    """Hear nothing."""


@pytest.fixture(scope="module")
def outcome(pair_root: Path, tmp_path_factory: pytest.TempPathFactory) -> BenchOutcome:
    order = BenchOrder(
        str(pair_root),
        ["plain:jpeg", "cbe:webp+gamma", "plain:nothing"],
        tmp_path_factory.mktemp("out"),
        qualities=(20, 50, 80),
        report=False,
    )
    return run_bench(order, quiet, quiet)


def test_plots_and_a_page_with_everything(
    outcome: BenchOutcome, pair_root: Path, tmp_path: Path
) -> None:
    heard = []
    out, kept = tmp_path / "out", tmp_path / "kept"
    path = present(outcome, out, kept, (0, 1, 2), lambda *told: heard.append(told))
    assert path == out / "report.html"
    assert {"rd-psnr.png", "rd-psnr.svg", "report.html"} <= {file.name for file in out.iterdir()}
    text = path.read_text("utf-8")
    assert f"<h1><bdi>{pair_root.name} train</bdi></h1>" in text
    assert "2 pipelines measured, 1 failed" in text
    assert outcome.meta["machine"]["date"] in text
    assert text.count('class="compare"') == 3
    assert 'id="cost"' in text
    assert heard[-1] == ("before and after", 6, 6)
    assert len(list((kept / "shown").glob("*.png"))) == 6


def test_pictures_are_shown_in_the_order_that_was_asked_for(
    outcome: BenchOutcome, tmp_path: Path
) -> None:
    shown = places_to_show(outcome.pictures, ("2", "0", "2"))
    assert shown == (2, 0)
    page = present(outcome, tmp_path, tmp_path / "kept", shown, quiet)
    assert page is not None
    titles = re.findall(r'<p class="title"><bdi>(.*?)</bdi>', page.read_text("utf-8"))
    assert titles == ["2", "0"]


def test_without_a_choice_three_are_shown(outcome: BenchOutcome) -> None:
    picture = outcome.pictures.pictures[0]
    many = replace(outcome.pictures, pictures=(picture,) * 9)
    assert places_to_show(many, ()) == (1, 4, 7)
    assert places_to_show(outcome.pictures, ()) == (0, 1, 2)


def test_a_picture_that_there_is_not_is_told(outcome: BenchOutcome) -> None:
    with pytest.raises(InputError, match=r"^no picture 'x' to show in pairs\d* train: 0, 1, 2$"):
        places_to_show(outcome.pictures, ("1", "x"))
    pictures = [replace(outcome.pictures.pictures[0], id=str(number)) for number in range(9)]
    many = replace(outcome.pictures, pictures=tuple(pictures))
    with pytest.raises(InputError, match=r": 0, 1, 2, 3, 4, …$"):
        places_to_show(many, ("x",))


def test_without_a_library_what_needs_it_is_left_out(
    outcome: BenchOutcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    page = present(outcome, tmp_path / "a", tmp_path / "kept", (0,), quiet)
    assert page is not None
    assert [file.name for file in page.parent.iterdir()] == ["report.html"]
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert present(outcome, tmp_path / "b", tmp_path / "kept", (0,), quiet) is None
    assert {file.suffix for file in (tmp_path / "b").iterdir()} == {".png", ".svg"}


def test_a_benchmark_in_which_all_failed_has_a_page(outcome: BenchOutcome, tmp_path: Path) -> None:
    nothing = replace(outcome, runs=outcome.failures, results=(), comparisons=())
    page = present(nothing, tmp_path, tmp_path / "kept", (0,), quiet)
    assert page is not None
    assert "0 pipelines measured, 1 failed" in page.read_text("utf-8")
    assert 'id="pictures"' not in page.read_text("utf-8")


def test_titles_count(outcome: BenchOutcome) -> None:
    pictures = outcome.pictures
    assert title_of(outcome) == f"{pictures.name} train, 3 pictures"
    one = replace(pictures, pictures=pictures.pictures[:1])
    assert title_of(replace(outcome, pictures=one)).endswith("1 picture")
