from dataclasses import replace

from llcodec.bench.report.sliders import REFERENCE, SOURCE, first_pair, sliders
from llcodec.bench.results import Comparison

LIMIT = 10**7


def test_choices_are_the_picture_its_reference_and_the_pipelines(bench) -> None:
    made = sliders(bench.showcase, bench.results, bench.comparisons, LIMIT)
    assert made is not None
    names = [result.name for result in bench.results]
    assert made.choices == (SOURCE, REFERENCE, *names)
    assert made.bpp == bench.showcase.bpp
    for picture in made.pictures:
        assert len(picture.versions) == len(made.choices)
        assert all(version.src for version in picture.versions)
        assert all("bpp · quality" in version.note for version in picture.versions[2:])


def test_rates_that_are_far_off_are_told(bench) -> None:
    shown = bench.showcase.pictures[0]
    rate = shown.shown[0].bpp
    for asked, far in ((rate, False), (rate * 1.2, False), (rate * 1.4, True), (rate / 1.4, True)):
        made = sliders(replace(bench.showcase, bpp=asked), bench.results, (), LIMIT)
        assert made is not None
        note = made.pictures[0].versions[2].note.replace("\u00a0", " ")
        assert ("the nearest that it has" in note) == far
        assert f"{rate:.3f} bpp" in note


def test_what_failed_says_why(bench) -> None:
    shown = bench.showcase.pictures[0]
    broken = replace(shown, shown=shown.shown[1:], failed={shown.shown[0].name: "out of coffee"})
    case = replace(bench.showcase, pictures=(broken, bench.showcase.pictures[1]))
    made = sliders(case, bench.results, (), LIMIT)
    assert made is not None
    version = made.pictures[0].versions[made.choices.index(shown.shown[0].name)]
    assert (version.src, version.note) == (None, "out of coffee")


def test_without_any_reference_there_is_no_such_choice(bench) -> None:
    alone = tuple(
        replace(shown, picture=replace(shown.picture, reference=None))
        for shown in bench.showcase.pictures
    )
    made = sliders(replace(bench.showcase, pictures=alone), bench.results, (), LIMIT)
    assert made is not None
    assert REFERENCE not in made.choices
    mixed = replace(bench.showcase, pictures=(alone[0], bench.showcase.pictures[1]))
    both = sliders(mixed, bench.results, (), LIMIT)
    assert both is not None
    assert both.pictures[0].versions[1].src is None
    assert both.pictures[1].versions[1].src is not None


def test_pictures_without_room_are_named(bench) -> None:
    made = sliders(bench.showcase, bench.results, (), 1)
    assert made is not None
    assert made.pictures == ()
    assert made.left_out == tuple(shown.picture.id for shown in bench.showcase.pictures)


def test_without_pictures_there_is_nothing(bench) -> None:
    assert sliders(None, bench.results, (), LIMIT) is None
    assert sliders(replace(bench.showcase, pictures=()), bench.results, (), LIMIT) is None


def test_the_first_pair_is_the_best_other_and_the_joint_one(bench) -> None:
    first = bench.results[0]
    joint = replace(first, name="joint", record=first.record | {"order": "joint"})
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
