import re
from itertools import product

import pytest

from llcodec.bench.pipelines import Order
from llcodec.bench.report.styles import (
    DASHES,
    FAMILIES,
    SHAPES,
    codec_of,
    enhancer_of,
    pipeline_styles,
)
from llcodec.bench.results import PipelineResult

CODECS = ("jpeg", "avif", "vvc", "base")
ENHANCERS = ("nerco", "snr-aware", "lime")


def result(order: Order, codec: str, enhancer: str = "none", name: str = "") -> PipelineResult:
    record = {
        "order": order,
        "codec": {"name": codec},
        "before": {"name": enhancer if order in ("ebc", "enhance") else "none"},
        "after": {"name": enhancer if order == "cbe" else "none"},
    }
    return PipelineResult(name or f"{order}-{codec}-{enhancer}", order, record, (), {})


def whole_bench() -> list[PipelineResult]:
    pairs = list(product(ENHANCERS, CODECS))
    return [
        result("joint", "joint"),
        *(result("ebc", codec, enhancer) for enhancer, codec in pairs),
        *(result("cbe", codec, enhancer) for enhancer, codec in pairs),
        *(result("plain", codec) for codec in CODECS),
        *(result("enhance", "png", enhancer) for enhancer in ENHANCERS),
    ]


def test_parts_are_found_by_the_record() -> None:
    sent = result("cbe", "avif", "lime")
    assert (codec_of(sent), enhancer_of(sent)) == ("avif", "lime")
    assert enhancer_of(result("plain", "avif")) == "none"


def test_shapes_tell_codecs_and_dashes_enhancers() -> None:
    found = pipeline_styles(whole_bench())
    for family in ("ebc", "cbe"):
        for codec in CODECS:
            assert len({found[f"{family}-{codec}-{e}"].shape for e in ENHANCERS}) == 1
        for enhancer in ENHANCERS:
            assert len({found[f"{family}-{c}-{enhancer}"].dashes for c in CODECS}) == 1
            assert len({found[f"{family}-{c}-{enhancer}"].shade for c in CODECS}) == 1
    assert found["joint-joint-none"].shape == "star"
    assert found["joint-joint-none"].dashes == ()


def test_no_two_of_a_family_look_alike_without_colours() -> None:
    many = [*whole_bench(), *(result("joint", "joint", name=f"ablation-{n}") for n in range(9))]
    many += [result("ebc", f"codec-{n}", f"enhancer-{n}") for n in range(20)]
    found = pipeline_styles(many)
    assert len(found) == len(many)
    assert len({(look.family, look.shape, look.dashes) for look in found.values()}) == len(many)


def test_more_than_there_are_looks_are_drawn_all_the_same() -> None:
    many = [result("plain", "jpeg", name=str(n)) for n in range(len(SHAPES) * len(DASHES) + 5)]
    assert len(pipeline_styles(many)) == len(many)


@pytest.mark.parametrize("key", FAMILIES)
def test_shades_are_seen_on_their_ground(key: Order) -> None:
    """At least 3:1, what WCAG 2 asks of graphics, on the cards of light and dark pages."""
    family = FAMILIES[key]
    assert len(family.light) == len(family.dark)
    for colours, ground in ((family.light, "#ffffff"), (family.dark, "#181c22")):
        assert len(set(colours)) == len(colours)
        for colour in colours:
            assert contrast(colour, ground) >= 3


def contrast(one: str, other: str) -> float:
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    assert re.fullmatch("#[0-9a-f]{6}", colour)
    values = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
