from dataclasses import replace
from pathlib import Path

import pytest

from llcodec.bench import once
from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.once import Once, measure_once
from llcodec.bench.pictures import find_pictures
from llcodec.bench.pipelines import pipeline_of
from llcodec.bench.runner import PipelineRun

RUN = PipelineRun("plain:base", "plain-base", pipeline_of("plain:base"), (2.0, 5.0))
FAILED = PipelineRun("plain:nothing", "plain-nothing", None, failure="unknown codec")


def test_what_ran_is_measured_and_heard_of(pair_root: Path, tmp_path: Path) -> None:
    pictures = find_pictures(str(pair_root)).pictures
    heard = []
    found, problems = measure_once(
        [FAILED, RUN], pictures, CodecOptions(), tmp_path, lambda *told: heard.append(told)
    )
    assert problems == []
    assert list(found) == ["plain-base"]
    assert found["plain-base"].memory is not None
    assert found["plain-base"].memory.quality == 5
    assert [one and one.name for one in found["plain-base"].complexities] == ["plain-base"] * 2
    assert heard == [("peak memory", 1, 1)]
    assert {path.name for path in tmp_path.iterdir()} == {"memory", "complexity"}


def test_what_fails_is_told_and_no_more(
    pair_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("not today")

    monkeypatch.setattr(once, "complexities_of", fail)
    pictures = find_pictures(str(pair_root)).pictures
    run = replace(RUN, spec="plain:nothing")
    found, problems = measure_once([run], pictures, CodecOptions(), tmp_path, lambda *_: None)
    assert found == {"plain-base": Once()}
    memory, networks = problems
    assert memory.startswith("plain-base: its memory was not measured: ")
    assert "unknown codec 'nothing'" in memory
    assert networks == "plain-base: its networks were not counted: RuntimeError: not today"


def test_where_all_failed_there_is_nothing_to_measure(tmp_path: Path) -> None:
    assert measure_once([FAILED], (), CodecOptions(), tmp_path, lambda *_: None) == ({}, [])
