import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from llcodec.bench.options import BenchOptions, command_of
from llcodec.bench.pictures import PictureSet
from llcodec.errors import InputError
from llcodec.metrics.perceptual import MetricChoice

ORDER = BenchOptions("/home/me/night", ["joint", "ebc:cmd:run {input} {output}+avif"], Path("out"))
PICTURES = PictureSet("night", "train", ())


def test_the_usual_is_not_reported() -> None:
    assert shlex.split(command_of(ORDER, PICTURES)) == [
        *("llc", "bench", "--dataset", "night", "--split", "train"),
        *("--pipelines", "joint,ebc:cmd:run {input} {output}+avif"),
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"root": Path("/home/me/lol")}, "--root lol"),
        ({"qualities": (2.0, 4.5)}, "--qualities 2,4.5"),
        ({"limit": 3}, "--limit 3"),
        ({"anchor": "joint"}, "--anchor joint"),
        ({"metrics": (MetricChoice("lpips", Path("/home/me/a.pth")),)}, "--metrics lpips:a.pth"),
        ({"vtm": Path("/home/me/VTM")}, "--vtm VTM"),
        ({"device": "cuda"}, "--device cuda"),
        ({"threads": 4}, "--threads 4"),
        ({"jobs": 8}, "--jobs 8"),
        ({"timeout": 60.0}, "--timeout 60"),
        ({"show": ("a", "b c")}, "--show 'a,b c'"),
    ],
)
def test_whatever_decides_is_reported_without_its_place(
    given: dict[str, object], message: str
) -> None:
    command = command_of(replace(ORDER, **given), PICTURES)  # type: ignore[arg-type]
    assert f" {message}" in command
    assert "/home" not in command


def test_codecs_get_what_they_need() -> None:
    order = replace(ORDER, vtm=Path("VTM"), device="auto", timeout=9.0, jobs=3)
    options = order.codec_options
    assert (options.vtm, options.device) == (Path("VTM"), "auto")
    assert (options.timeout, options.jobs) == (9.0, 3)
    assert options.cache == Path("out", "measurements", "codecs")


@pytest.mark.parametrize("anchor", [None, "joint", "cbe:avif+nerco", "cbe-avif+nerco"])
def test_the_anchor_is_one_of_the_pipelines_by_text_or_name(anchor: str | None) -> None:
    replace(ORDER, pipelines=["joint", "cbe:avif+nerco"], anchor=anchor).check()


def test_another_anchor_is_refused() -> None:
    with pytest.raises(
        InputError, match="the anchor 'plain:vtm' is not among the pipelines: joint,"
    ):
        replace(ORDER, anchor="plain:vtm").check()


def test_pipelines_that_would_share_a_file_are_refused() -> None:
    with pytest.raises(InputError, match="would both have the name joint-a"):
        replace(ORDER, pipelines=["joint:A", "joint:a"]).check()
