from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from llcodec.bench.machine import Conditions
from llcodec.bench.per_pipeline import PeakMemory
from llcodec.bench.report.tables import (
    NOTHING,
    Cell,
    Facts,
    commands,
    comparison_rows,
    facts,
    number_rows,
    parts,
    times,
    training_hours,
)
from llcodec.bench.results import Comparison, PipelineResult

if TYPE_CHECKING:
    from tests.bench.report.conftest import Bench


BD = (
    Comparison("plain-jpeg", 0.0, -0.0, 0.0),
    Comparison("ebc-gamma+jpeg", 1234.56, None, -2.345),
    Comparison("cbe-webp+gamma", -12.34, float("inf"), 0.5),
)


def test_rows_begin_with_the_fewest_bits(bench: "Bench") -> None:
    rows = comparison_rows(bench.results, BD, "plain-jpeg")
    assert [row.name for row in rows] == ["cbe-webp+gamma", "plain-jpeg", "ebc-gamma+jpeg"]
    assert [bench.results[row.number].name for row in rows] == [row.name for row in rows]
    assert [row.is_anchor for row in rows] == [False, True, False]


def test_better_and_worse_are_reported_alike(bench: "Bench") -> None:
    rows = comparison_rows(bench.results, BD, "plain-jpeg")
    better, anchor, worse = (row.cells[:3] for row in rows)
    assert better[0] == Cell("−12.3 %", -12.34, "better")
    assert better[2] == Cell("+0.50 dB", 0.5, "better")
    assert worse[0] == Cell("+1,234.6 %", 1234.56, "worse")
    assert worse[2] == Cell("−2.35 dB", -2.345, "worse")
    assert [cell.text for cell in anchor] == ["+0.0 %", "+0.0 %", "+0.00 dB"]
    assert {cell.verdict for cell in anchor} == {""}


def test_what_is_no_number_has_none(bench: "Bench") -> None:
    rows = comparison_rows(bench.results, BD, "plain-jpeg")
    assert rows[0].cells[1] == rows[2].cells[1] == Cell(NOTHING, None)
    alone = comparison_rows(bench.results, (), None)
    assert [row.name for row in alone] == [result.name for result in bench.results]
    assert {cell for row in alone for cell in row.cells[:3]} == {Cell(NOTHING, None)}


def test_times_are_medians_over_qualities(bench: "Bench") -> None:
    columns = {**bench.results[0].columns, "encoding_time": (1.0, 9.0, 2.0, None, None)}
    (row,) = comparison_rows([replace(bench.results[0], columns=columns)], (), None)
    assert row.cells[3] == Cell("2.00 s", 2.0)


def test_memory_is_that_of_both_sides_or_nothing(bench: "Bench") -> None:
    memory = PeakMemory(1234.6, None, "a", 3, 2, 4.0)
    measured = replace(bench.results[0], memory=memory)
    rows = comparison_rows([measured, bench.results[1]], (), None)
    assert rows[0].cells[5:7] == (Cell("1,235 MB", 1234.6), Cell(NOTHING, None))
    assert rows[1].cells[5:7] == (Cell(NOTHING, None), Cell(NOTHING, None))


def test_hours_are_reported_part_by_part(bench: "Bench") -> None:
    record = bench.results[0].record
    both = {place: record[place] | {"training_hours": 1.25} for place in ("codec", "after")}
    trained = replace(bench.results[0], record={**record, **both})
    rows = comparison_rows([trained, bench.results[1]], (), None)
    assert rows[0].cells[-1] == Cell("1.2 + 1.2 h", 2.5)
    assert rows[1].cells[-1] == Cell(NOTHING, None)


def test_all_numbers_are_there(bench: "Bench") -> None:
    headings, rows = number_rows(bench.results)
    assert headings[:3] == ("Quality", "bpp", "PSNR [dB]")
    assert len(rows) == sum(len(result.qualities) for result in bench.results)
    assert all(len(row.cells) == len(headings) for row in rows)
    first = bench.results[0]
    assert rows[0].name == first.name
    assert rows[0].cells[0] == "5"
    assert float(rows[0].cells[1]) == pytest.approx(first.columns["bpp"][0], abs=1e-4)
    assert rows[0].cells[3] == NOTHING  # MS-SSIM of pictures that are too small


def test_distances_are_there_where_they_were_wanted(bench: "Bench") -> None:
    assert "LPIPS" not in number_rows(bench.results)[0]
    first = bench.results[0]
    apart = replace(first, columns={**first.columns, "lpips": (0.5, None, 0.25, 0.125, 0.0625)})
    headings, rows = number_rows([apart])
    place = headings.index("LPIPS")
    shown = [row.cells[place] for row in rows]
    assert shown == ["0.500", NOTHING, "0.250", "0.125", "0.062"]
    assert "DISTS" not in headings


RESULT = PipelineResult(
    "ebc-nerco+avif",
    "ebc:nerco+avif",
    {
        "order": "ebc",
        "codec": {
            "name": "avif",
            "chroma": "4:4:4",
            "versions": {"libavif": "1.3.0"},
            "parameters": {"speed": 4, "autotiling": False},
        },
        "before": {"name": "nerco", "versions": {}, "parameters": {}, "training_hours": 3.5},
        "after": {"name": "none", "versions": {}, "parameters": {}, "training_hours": None},
    },
    (),
    {},
)


def test_commands_are_one_or_many() -> None:
    assert commands({"command": "llc bench"}) == ("llc bench",)
    assert commands({"commands": ["a", "b"]}) == ("a", "b")
    assert commands({}) == ()


def test_all_else_is_listed_by_what_it_is() -> None:
    meta = {
        "dataset": "lol",
        "machine": {"processor": "x", "threads": 2},
        "command": "llc bench",
        "qualities": (1.0, 2.5),
        "anchor": None,
        "resumed": True,
    }
    run = (("dataset", "lol"), ("qualities", "1, 2.5"), ("resumed", "yes"))
    machine = (("processor", "x"), ("threads", "2"))
    assert facts(meta) == (Facts("Run", run), Facts("Machine", machine))
    assert facts({}) == ()


def test_times_are_reported_with_their_conditions() -> None:
    early = Conditions("2026-01-31", "a slow one", 8, 1, "2.9")
    late = Conditions("2026-02-01", "a quick one", 1, 2, "3.0")
    one, other, mixed = (
        replace(RESULT, name=name, conditions=conditions)
        for name, conditions in (("a", (late,)), ("b", (late,)), ("c", (early, late)))
    )
    assert times([one, other]) == (Facts("Times", (("all pipelines", str(late)),)),)
    apart = (("a, b", str(late)), ("c", f"{early}; {late}"))
    assert times([one, other, mixed]) == (Facts("Times", apart),)
    assert times([RESULT]) == times([]) == ()


def test_each_part_stands_there_once() -> None:
    found = parts([RESULT, RESULT])
    assert [(part.kind, part.name) for part in found] == [("codec", "avif"), ("enhancer", "nerco")]
    assert ("libavif", "1.3.0") in found[0].rows
    assert ("autotiling", "no") in found[0].rows
    assert ("training hours", "3.5") in found[1].rows


def test_other_settings_are_another_part() -> None:
    codec = RESULT.record["codec"] | {"chroma": "4:2:0"}
    other = replace(RESULT, record={**RESULT.record, "codec": codec})
    assert [part.name for part in parts([RESULT, other])] == ["avif", "avif", "nerco"]


def test_training_hours_are_those_of_all_parts_in_their_order() -> None:
    assert training_hours(RESULT) == (3.5,)
    codec = RESULT.record["codec"] | {"training_hours": 2}
    both = replace(RESULT, record={**RESULT.record, "codec": codec})
    assert training_hours(both) == (3.5, 2.0)
    assert ("training hours", "2") in parts([both])[0].rows
    before = RESULT.record["after"]
    assert training_hours(replace(RESULT, record={**RESULT.record, "before": before})) == ()
