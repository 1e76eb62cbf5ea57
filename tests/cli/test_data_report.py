from pathlib import Path

from llcodec.cli._data_report import (
    brief_lines,
    check_lines,
    entry_lines,
    entry_record,
    prepared_lines,
    splits_in_words,
)
from llcodec.data.prepare import Prepared
from llcodec.data.registry import Problem, Report, Sample, find


def test_splits_in_words() -> None:
    words = {name: splits_in_words(find(name)) for name in ("sid", "smid", "sdsd-indoor", "pairs")}
    assert words == {
        "sid": "train 2,099, test 598",
        "smid": "train 153 scenes, test 49 scenes",
        "sdsd-indoor": "train (unknown), test 6+ scenes",
        "pairs": "any number",
    }


def test_columns_of_the_list_line_up() -> None:
    names = ("sid", "lol-v2-synthetic", "bsds500")
    lines = [line for name in names for line in brief_lines(find(name))]
    assert {len(line) - len(line[17:].lstrip()) for line in lines} == {18}
    assert max(map(len, lines)) <= 80


def test_an_entry_in_full() -> None:
    lines = list(entry_lines(find("lol")))
    assert lines[0] == "lol: LOL v1"
    assert "  overlaps  lol-v2-real" in lines
    assert sum(line.startswith("  layout") for line in lines) == len(find("lol").layout)
    assert not any(line.startswith("  overlaps") for line in entry_lines(find("sid")))


def test_an_entry_as_an_object() -> None:
    record = entry_record(find("sice"))
    assert record["splits"] == [
        {"name": "train", "samples": None, "scenes": 531},
        {"name": "test", "samples": None, "scenes": 58},
    ]


def test_one_problem_is_singular() -> None:
    report = Report("lime", Path("root"), {"test": 1200}, (Problem(".", "no pictures"),))
    assert list(check_lines(report, find("lime"))) == [
        "lime in root",
        "  test  1,200 of 10 pictures",
        "  .: no pictures",
        "incomplete: 1 problem",
    ]


def test_splits_of_what_was_prepared() -> None:
    rows = [Sample(Path("a"), Path("b"), "s", split, "i") for split in ("train", "val", "train")]
    assert list(prepared_lines(Prepared(Path("out"), tuple(rows), 0, ()), find("lol"))) == [
        "lol in out: 0 new files",
        "  train 2 pairs",
        "  val   1 pair",
    ]
