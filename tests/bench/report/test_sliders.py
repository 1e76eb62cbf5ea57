import base64
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from llcodec.bench.report.samples import PictureSamples
from llcodec.bench.report.sliders import (
    FIDELITIES,
    REFERENCE,
    SOURCE,
    Fidelity,
    data_uri,
    embed_within,
    first_pair,
    sliders,
)
from llcodec.bench.results import Comparison

if TYPE_CHECKING:
    from tests.bench.report.conftest import Bench


LIMIT = 10**7


def test_choices_are_the_picture_its_reference_and_the_pipelines(bench: "Bench") -> None:
    made = sliders(bench.samples, bench.results, bench.comparisons, LIMIT)
    assert made is not None
    names = [result.name for result in bench.results]
    assert made.choices == (SOURCE, REFERENCE, *names)
    assert made.bpp == bench.samples.bpp
    for picture in made.pictures:
        assert len(picture.versions) == len(made.choices)
        assert all(version.src for version in picture.versions)
        assert all("bpp · quality" in version.note for version in picture.versions[2:])


def test_rates_that_are_far_off_are_reported(bench: "Bench") -> None:
    shown = bench.samples.pictures[0]
    rate = shown.samples[0].bpp
    for asked, far in ((rate, False), (rate * 1.2, False), (rate * 1.4, True), (rate / 1.4, True)):
        made = sliders(replace(bench.samples, bpp=asked), bench.results, (), LIMIT)
        assert made is not None
        note = made.pictures[0].versions[2].note.replace("\u00a0", " ")
        assert ("nearest available" in note) == far
        assert f"{rate:.3f} bpp" in note


def test_what_failed_says_why(bench: "Bench") -> None:
    shown = bench.samples.pictures[0]
    broken = replace(
        shown, samples=shown.samples[1:], failed={shown.samples[0].name: "out of coffee"}
    )
    case = replace(bench.samples, pictures=(broken, bench.samples.pictures[1]))
    made = sliders(case, bench.results, (), LIMIT)
    assert made is not None
    version = made.pictures[0].versions[made.choices.index(shown.samples[0].name)]
    assert (version.src, version.note) == (None, "out of coffee")


def test_without_any_reference_there_is_no_such_choice(bench: "Bench") -> None:
    alone = tuple(
        replace(shown, picture=replace(shown.picture, reference=None))
        for shown in bench.samples.pictures
    )
    made = sliders(replace(bench.samples, pictures=alone), bench.results, (), LIMIT)
    assert made is not None
    assert REFERENCE not in made.choices
    mixed = replace(bench.samples, pictures=(alone[0], bench.samples.pictures[1]))
    both = sliders(mixed, bench.results, (), LIMIT)
    assert both is not None
    assert both.pictures[0].versions[1].src is None
    assert both.pictures[1].versions[1].src is not None


def test_pictures_without_room_are_named(bench: "Bench") -> None:
    made = sliders(bench.samples, bench.results, (), 1)
    assert made is not None
    assert made.pictures == ()
    assert made.left_out == tuple(shown.picture.id for shown in bench.samples.pictures)


def test_without_pictures_there_is_nothing(bench: "Bench") -> None:
    assert sliders(None, bench.results, (), LIMIT) is None
    assert sliders(replace(bench.samples, pictures=()), bench.results, (), LIMIT) is None


def test_the_first_pair_is_the_best_other_and_the_joint_one(bench: "Bench") -> None:
    first = bench.results[0]
    joint = replace(first, name="joint", record={**first.record, "order": "joint"})
    results = [joint, *bench.results]
    names = [result.name for result in results]
    rates = [Comparison(n, bd, None, None) for n, bd in zip(names, (0, None, 9, 5), strict=True)]
    assert first_pair(results, rates, names) == (names[3], "joint")
    assert first_pair(results, (), names) == (names[2], "joint")  # the other only compresses
    gains = [Comparison(n, None, None, bd) for n, bd in zip(names, (0, 1, 2, 5), strict=True)]
    assert first_pair(results, gains, names) == (names[3], "joint")
    assert first_pair(bench.results, rates, names[1:]) == (names[3], names[2])
    assert first_pair([joint], (), ["joint"]) == ("", "joint")
    assert first_pair([first], (), [first.name]) == (first.name, "")
    assert first_pair([], (), []) == ("", "")


def opened(uri: str) -> Image.Image:
    head, _, body = uri.partition(",")
    assert head == "data:image/webp;base64"
    return Image.open(io.BytesIO(base64.b64decode(body, validate=True)))


def lower_bound(pictures: Sequence[PictureSamples]) -> int:
    """Return what all pictures take at the least fidelity."""
    uris = (
        data_uri(pixels, FIDELITIES[-1])
        for one in pictures
        for pixels in (*one.picture.read(), *(shown.pixels() for shown in one.samples))
        if pixels is not None
    )
    return sum(map(len, uris))


def test_a_data_uri_is_the_picture() -> None:
    pixels = np.full((30, 40, 3), (200, 100, 50), np.uint8)
    image = opened(data_uri(pixels, Fidelity(960, 90)))
    assert image.size == (40, 30)
    assert np.abs(np.asarray(image).astype(int) - pixels).max() < 6


@pytest.mark.parametrize(("size", "shown"), [((100, 200), (200, 100)), ((8, 800), (400, 4))])
def test_large_ones_become_smaller(size: tuple[int, int], shown: tuple[int, int]) -> None:
    pixels = np.zeros((*size, 3), np.uint8)
    assert opened(data_uri(pixels, Fidelity(400, 80))).size == shown


def test_all_versions_are_embedded(bench: "Bench") -> None:
    made = embed_within(bench.samples.pictures, 10**7)
    assert str(FIDELITIES[0].quality) in made.how
    assert len(made.pictures) == 2
    first = made.pictures[0]
    assert (first.width, first.height) == (64, 48)
    assert list(first.made) == [result.name for result in bench.results]
    assert first.reference is not None
    source, reference = (np.asarray(opened(u)).mean() for u in (first.source, first.reference))
    assert source < reference


def test_the_limit_is_kept_by_less_fidelity_then_by_fewer_pictures(bench: "Bench") -> None:
    pictures = bench.samples.pictures
    best = sum(p.length for p in embed_within(pictures, 10**7).pictures)
    assert sum(p.length for p in embed_within(pictures, best).pictures) == best
    lower = embed_within(pictures, best - 1)
    assert len(lower.pictures) == 2
    assert sum(p.length for p in lower.pictures) < best
    assert lower.how != embed_within(pictures, best).how
    least = min(embed_within([one], 1).how for one in pictures)
    half = embed_within(pictures, lower_bound(pictures) - 1)
    assert len(half.pictures) == 1
    assert half.how == least


def test_photographs_are_their_own_references(bench: "Bench") -> None:
    shown = bench.samples.pictures[0]
    for reference in (None, shown.picture.source):
        alone = replace(shown, picture=replace(shown.picture, reference=reference))
        assert embed_within([alone], 10**7).pictures[0].reference is None
