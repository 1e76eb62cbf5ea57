from dataclasses import replace

from llcodec.bench.conditions import Conditions
from llcodec.bench.report.facts import Facts, commands, facts, parts, times, training_hours
from llcodec.bench.results import PipelineResult

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


def test_times_are_told_with_their_conditions() -> None:
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
    other = replace(RESULT, record=RESULT.record | {"codec": codec})
    assert [part.name for part in parts([RESULT, other])] == ["avif", "avif", "nerco"]


def test_training_hours_are_those_of_all_parts_in_their_order() -> None:
    assert training_hours(RESULT) == (3.5,)
    codec = RESULT.record["codec"] | {"training_hours": 2}
    both = replace(RESULT, record=RESULT.record | {"codec": codec})
    assert training_hours(both) == (3.5, 2.0)
    assert ("training hours", "2") in parts([both])[0].rows
    before = RESULT.record["after"]
    assert training_hours(replace(RESULT, record=RESULT.record | {"before": before})) == ()
