"""A small benchmark that was really run, with names that try to break out of a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.complexity import Complexity, Stage
from llcodec.bench.pictures import BenchPicture, find_pictures
from llcodec.bench.report import write_report
from llcodec.bench.report.samples import Samples, common_rate, make_samples
from llcodec.bench.results import Comparison, PipelineResult, compare, result_of
from llcodec.bench.runner import PipelineRun, RunPlan, run

EVIL = '"><img src=x onerror="document.title=1"></script><script>document.title=2</script>'
FAILED = f"ebc:cmd:/nowhere/{EVIL} {{input}} {{output}}+jpeg"
PIPELINES = ("plain:jpeg", "ebc:gamma+jpeg", "cbe:webp+gamma", FAILED)
ANCHOR = "plain-jpeg"


@dataclass(frozen=True)
class Bench:
    """All that a report is made of."""

    results: Sequence[PipelineResult]
    comparisons: Sequence[Comparison]
    failed: Sequence[PipelineRun]
    samples: Samples
    complexity: Sequence[Complexity]
    meta: Mapping[str, Any]

    def write(self, out: Path) -> Path:
        return write_report(
            out,
            self.results,
            self.comparisons,
            self.failed,
            self.samples,
            self.complexity,
            self.meta,
        )


@pytest.fixture(scope="session")
def bench(pair_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    pytest.importorskip("skimage", reason="scikit-image is an extra")
    pytest.importorskip("bjontegaard", reason="bjontegaard is an extra")
    folder = tmp_path_factory.mktemp("bench")
    pictures = list(find_pictures(str(pair_root)).pictures)[:2]
    pictures[1] = replace(pictures[1], id=EVIL)
    plan = RunPlan(PIPELINES, pictures, folder / "kept", CodecOptions(), (5, 30, 55, 70, 90))
    runs = list(run(plan, lambda *_: None))
    results = [result_of(one) for one in runs if one.failure is None]
    rate = common_rate(results)
    assert rate is not None
    return Bench(
        results,
        compare(results, ANCHOR),
        [one for one in runs if one.failure is not None],
        make_samples(runs, pictures, (0, 1), rate, folder / "shown"),
        (
            Complexity("joint", (Stage("encoder", 2e6, 3e9), Stage("decoder", 1e6, 1e9))),
            Complexity(EVIL, (Stage("codec", 9e6, 8e9),), f"a paper {EVIL}"),
        ),
        {
            "dataset": f"pairs {EVIL}",
            "split": "test",
            "anchor": ANCHOR,
            "date": "2026-01-31",
            "command": f"llc bench --dataset '{EVIL}'",
            "machine": {"processor": "a quick one", "threads": 2},
            "qualities": (5, 30.5, None),
        },
    )


@pytest.fixture(scope="session")
def picture(bench: Bench) -> BenchPicture:
    return bench.samples.pictures[0].picture
