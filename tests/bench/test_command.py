import json
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from llcodec.bench.command import run_bench, usual_anchor
from llcodec.bench.machine import conditions_here
from llcodec.bench.options import BenchOptions
from llcodec.bench.results import PipelineResult
from llcodec.errors import BrokenModelError, InputError
from llcodec.metrics.perceptual import MetricChoice

pytest.importorskip("skimage", reason="scikit-image is an extra")


BRIGHT = """
import sys
from PIL import Image
with Image.open(sys.argv[1]) as picture:
    picture.point(lambda v: 4 * v).save(sys.argv[2])
"""


def quiet(*_: object) -> None:
    """Hear nothing."""


def test_results_failures_and_comparisons(pair_root: Path, tmp_path: Path) -> None:
    options = BenchOptions(
        dataset=str(pair_root),
        pipelines=["cbe:jpeg+gamma", "plain:nothing", "cbe:webp+gamma"],
        out=tmp_path,
        anchor="cbe:jpeg+gamma",
        limit=2,
        report=False,
    )
    bench = run_bench(options, quiet, quiet)
    assert [result.name for result in bench.results] == ["cbe-jpeg+gamma", "cbe-webp+gamma"]
    assert [failure.name for failure in bench.failures] == ["plain-nothing"]
    assert [comparison.name for comparison in bench.comparisons] == [
        "cbe-jpeg+gamma",
        "cbe-webp+gamma",
    ]
    assert bench.comparisons[0].bd_rate_psnr == pytest.approx(0, abs=1e-6)
    assert (bench.problems, bench.report) == ((), None)
    stored = json.loads((tmp_path / "cbe-webp+gamma.json").read_text())
    assert stored["meta"]["pictures"] == 2
    assert stored["meta"]["anchor"] == "cbe-jpeg+gamma"
    assert stored["meta"]["command"].startswith(f"llc bench --dataset {pair_root.name} --split")
    assert str(pair_root.parent) not in json.dumps(stored)
    assert {path.name for path in tmp_path.iterdir()} == {
        "cbe-jpeg+gamma.json",
        "cbe-webp+gamma.json",
        "measurements",
        "table.csv",
    }


def test_what_every_pipeline_takes_stands_in_its_results(pair_root: Path, tmp_path: Path) -> None:
    options = BenchOptions(
        str(pair_root), ["joint", "plain:jpeg"], tmp_path, qualities=(4,), limit=1, report=False
    )
    joint, jpeg = run_bench(options, quiet, quiet).results
    stored = json.loads((tmp_path / "joint.json").read_text())
    assert stored["meta"]["pipeline"]["codec"]["training_hours"] > 1
    assert stored["meta"]["pipeline"]["before"]["training_hours"] is None
    (size,) = stored["complexity"]
    assert [stage["name"] for stage in size["stages"]] == ["encoder", "entropy model", "decoder"]
    assert stored["results"]["parameters"] == [sum(s["parameters"] for s in size["stages"])]
    other = json.loads((tmp_path / "plain-jpeg.json").read_text())
    assert (other["complexity"], other["results"]["parameters"]) == (None, [None])
    assert other["meta"]["pipeline"]["codec"]["training_hours"] is None
    if sys.platform != "win32":
        for side in ("encode", "decode"):
            # PyTorch and the weights count, since they have to be there.
            assert getattr(joint.memory, side) > 100 + getattr(jpeg.memory, side)
            assert stored["peak_memory_mb"][side] == getattr(joint.memory, side)


def test_a_second_run_makes_nothing_again(
    pair_root: Path, tmp_path: Path, counted: tuple[str, Path]
) -> None:
    spec, log = counted
    out = tmp_path / "out"
    options = BenchOptions(str(pair_root), [spec, "plain:jpeg"], out, qualities=(5, 30, 60, 90))
    first = run_bench(options, quiet, quiet)
    # Once to warm up, once for each of three pictures' scores, for the memory, and to be shown.
    memory = 0 if sys.platform == "win32" else 1
    assert len(log.read_text().splitlines()) == 1 + 3 + memory + 3
    written = {path: path.read_bytes() for path in out.iterdir() if path.is_file()}
    assert {"report.html", "rd-psnr.png", "table.csv"} < {path.name for path in written}
    again = run_bench(options, quiet, quiet)
    assert len(log.read_text().splitlines()) == 7 + memory
    assert (again.results, again.comparisons) == (first.results, first.comparisons)
    for path, data in written.items():
        assert path.read_bytes() == data, path.name
    for path in (out / "measurements" / "shown").rglob("*.run"):
        path.unlink()
    run_bench(options, quiet, quiet)
    assert len(log.read_text().splitlines()) == 10 + memory


def test_metrics_stand_in_results_with_their_weights(
    pair_root: Path, tmp_path: Path, alexnet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = BenchOptions(
        str(pair_root), ["plain:jpeg"], tmp_path, qualities=(5, 30, 60, 90), limit=2
    )
    with monkeypatch.context() as without:  # what is not wanted is not needed
        for library in ("torchmetrics", "torchvision"):
            without.setitem(sys.modules, library, None)
        before = run_bench(options, quiet, quiet)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "lpips" not in (tmp_path / "table.csv").read_text() + json.dumps(before.meta) + page
    lpips = MetricChoice("lpips", alexnet)
    (result,) = run_bench(replace(options, metrics=(lpips,)), quiet, quiet).results
    stored = json.loads((tmp_path / "plain-jpeg.json").read_text())
    assert stored["results"]["lpips"] == list(result.columns["lpips"])
    assert stored["results"].items() > json.loads(json.dumps(before.results[0].columns)).items()
    assert stored["meta"]["metrics"] == {"lpips": lpips.load().record()}
    assert stored["meta"]["command"].endswith(f" --metrics lpips:{alexnet.name}")
    assert str(alexnet.parent) not in json.dumps(stored)
    assert "lpips" in (tmp_path / "table.csv").read_text().splitlines()[0].split(",")
    assert (tmp_path / "rd-lpips.svg").is_file()
    page = (tmp_path / "report.html").read_text("utf-8")
    assert lpips.load().sha256 in page
    assert "LPIPS (lower is better)" in page


def test_wrong_weights_are_reported_before_anything_is_measured(
    pair_root: Path, tmp_path: Path, alexnet: Path, counted: tuple[str, Path]
) -> None:
    spec, log = counted
    (vgg16,) = alexnet.parent.glob("vgg16-*.pth")
    metrics = (MetricChoice("lpips", vgg16),)
    options = BenchOptions(str(pair_root), [spec], tmp_path / "out", metrics=metrics)
    with pytest.raises(BrokenModelError, match="not weights of alexnet"):
        run_bench(options, quiet, quiet)
    assert not log.exists()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"pipelines": ["joint:A", "joint:a"]}, "would both have the name joint-a"),
        ({"anchor": "plain:vtm"}, "the anchor 'plain:vtm' is not among the pipelines"),
        ({"show": ("0", "nine")}, "no picture 'nine' to show"),
    ],
)
def test_wrong_orders_are_refused_before_anything_is_measured(
    pair_root: Path,
    tmp_path: Path,
    counted: tuple[str, Path],
    given: dict[str, object],
    message: str,
) -> None:
    spec, log = counted
    options = BenchOptions(str(pair_root), [spec], tmp_path / "out")
    with pytest.raises(InputError, match=message):
        run_bench(replace(options, **given), quiet, quiet)  # type: ignore[arg-type]
    assert not log.exists()
    assert not (tmp_path / "out").exists()


def test_earlier_times_are_reported_as_such(pair_root: Path, tmp_path: Path) -> None:
    options = BenchOptions(str(pair_root), ["plain:jpeg"], tmp_path, qualities=(50.0,), limit=2)
    together = replace(options, jobs=2, report=False)
    first = run_bench(together, quiet, quiet)
    assert first.notes == ()
    assert first.meta["machine"]["threads"] == 1  # of the processes that measured
    bench = run_bench(options, quiet, quiet)
    assert [result.columns for result in bench.results] == [r.columns for r in first.results]
    (note,) = bench.notes
    assert note.startswith(
        "times measured under other conditions, which the results list: plain-jpeg ("
    )
    meta = json.loads((tmp_path / "plain-jpeg.json").read_text())["meta"]
    assert (meta["jobs"], [times["jobs"] for times in meta["times"]]) == (1, [2])
    assert str(conditions_here(2)) in (tmp_path / "table.csv").read_text()
    assert str(conditions_here(2)) in (tmp_path / "report.html").read_text("utf-8")
    assert run_bench(together, quiet, quiet).notes == ()


def test_no_earlier_results_pass_for_new_ones(pair_root: Path, tmp_path: Path) -> None:
    program = tmp_path / "bright.py"
    program.write_text(BRIGHT)
    spec = f"enhance:cmd:{shlex.join((sys.executable, str(program)))} {{input}} {{output}}"
    options = BenchOptions(str(pair_root), [spec, "plain:jpeg"], tmp_path / "out", report=False)
    options = replace(options, qualities=(50.0,), limit=1)
    (enhanced, _) = run_bench(options, quiet, quiet).results
    program.write_text("import sys; sys.exit('out of coffee')")
    bench = run_bench(replace(options, pipelines=[spec, "plain:webp"]), quiet, quiet)
    assert bench.notes == (f"files of other runs in {options.out}: plain-jpeg.json",)
    assert sorted(path.name for path in options.out.glob("*.json")) == [
        "plain-jpeg.json",
        "plain-webp.json",
    ]
    assert enhanced.name not in (options.out / "table.csv").read_text()


def test_pictures_without_references(pair_root: Path, tmp_path: Path) -> None:
    options = BenchOptions(
        str(pair_root / "low"),
        ["plain:jpeg", "plain:webp", "cbe:jpeg+gamma"],
        tmp_path,
        qualities=(5, 30, 60, 90),
    )
    bench = run_bench(options, quiet, quiet)
    assert bench.meta["references"].startswith("the pictures themselves")
    psnr = [result.columns["psnr-rgb"] for result in bench.results]
    assert all(value is not None and value > 20 for value in (*psnr[0], *psnr[1]))
    assert psnr[2] == (None,) * 4
    assert bench.comparisons[1].bd_rate_psnr is not None
    assert bench.comparisons[2].bd_rate_psnr is None
    assert bench.report is not None
    assert "Reference (what should come out)" not in bench.report.read_text("utf-8")


def test_without_libraries_results_are_written_and_the_extra_is_named(
    pair_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("bjontegaard", "matplotlib", "jinja2"):
        monkeypatch.setitem(sys.modules, name, None)
    options = BenchOptions(str(pair_root), ["plain:jpeg"], tmp_path, qualities=(50.0,), limit=1)
    bench = run_bench(options, quiet, quiet)
    assert bench.problems == (
        "no BD-rates and no plots and no report without bjontegaard, matplotlib, jinja2: "
        'pip install "llcodec[bench]"',
    )
    assert (bench.report, bench.comparisons) == (None, ())
    assert (tmp_path / "plain-jpeg.json").is_file()
    assert (tmp_path / "table.csv").is_file()
    assert not list(tmp_path.glob("rd-*"))


def result(codec: str, *psnr: float) -> PipelineResult:
    columns = {"bpp": (0.1, 0.2, 0.4, 0.8), "psnr-rgb": psnr}
    return PipelineResult(codec, codec, {"codec": {"name": codec}}, (1, 2, 3, 4), columns)


def test_the_anchor_is_avif_if_it_has_a_curve() -> None:
    jpeg, avif = result("jpeg", 27, 28, 29, 30), result("avif", 30, 31, 32, 33)
    assert usual_anchor([jpeg, avif]) == "avif"
    falling = result("avif", 33, 32, 31, 30)
    assert usual_anchor([falling, jpeg]) == "jpeg"
    assert usual_anchor([result("webp", 3, 2, 1, 0), falling]) == "avif"
    assert usual_anchor([jpeg, result("webp", 27, 28, 29, 30)]) == "jpeg"
    assert usual_anchor([]) == ""


def test_without_pictures_there_is_no_benchmark(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        run_bench(BenchOptions(str(tmp_path), ["plain:jpeg"], tmp_path), quiet, quiet)
