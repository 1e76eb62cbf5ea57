from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.cli._enhanced_names import beside, inside, is_stream, naming
from llcodec.cli._sources import Found, Source
from llcodec.errors import InputError

IMAGES = frozenset({".png", ".jpg", ".gif", ".tif"})


def found(*paths: str, named: bool = True) -> Found:
    return Found([Source(path, Path("sub", Path(path).name), named) for path in paths])


@pytest.mark.parametrize(
    ("path", "suffix", "place"),
    [
        ("a.jpg", None, "a-enhanced.jpg"),
        ("in/a.PNG", None, "in/a-enhanced.PNG"),
        ("/in/a.tif", None, "/in/a-enhanced.tif"),
        ("a.gif", None, "a-enhanced.png"),
        ("a", None, "a-enhanced.png"),
        ("a.b", None, "a.b-enhanced.png"),
        ("a.jpg", ".webp", "a-enhanced.webp"),
        ("a.b", ".jpg", "a.b-enhanced.jpg"),
    ],
)
def test_beside_its_input_an_output_is_marked(path: str, suffix: str | None, place: str) -> None:
    [source] = beside(found(path), suffix, IMAGES).sources
    assert (source.path, source.place) == (path, Path(place))


@pytest.mark.parametrize(
    ("path", "suffix", "place"),
    [("a.jpg", None, "sub/a.jpg"), ("a.gif", None, "sub/a.png"), ("a.jpg", ".tif", "sub/a.tif")],
)
def test_in_a_folder_an_output_is_called_as_its_input(
    path: str, suffix: str | None, place: str
) -> None:
    [source] = inside(found(path), suffix, IMAGES).sources
    assert (source.path, source.place) == (path, Path(place))


def test_what_was_enhanced_is_left_out_unless_it_is_named() -> None:
    both = found("in/a.png", "in/a-enhanced.png", named=False)
    assert [source.path for source in beside(both, None, IMAGES).sources] == ["in/a.png"]
    assert len(inside(both, None, IMAGES).sources) == 2
    [source] = beside(found("a-enhanced.png"), None, IMAGES).sources
    assert source.place == Path("a-enhanced-enhanced.png")


def test_nothing_left_is_a_failure() -> None:
    result = beside(found("in/a-enhanced.png", named=False), None, IMAGES)
    assert not result.sources
    [failure] = result.failures
    assert (failure.path, str(failure.error)) == (
        "in",
        "there is nothing here but what was enhanced already",
    )


@pytest.mark.parametrize("place", [beside, inside])
def test_failures_are_kept(place: Callable[[Found, str | None, frozenset[str]], Found]) -> None:
    given = found("a.png")
    given.fail("b.png", "no such file")
    result = place(given, None, IMAGES)
    assert [failure.path for failure in result.failures] == ["b.png"]
    assert isinstance(result.failures[0].error, InputError)


def test_places_are_the_names() -> None:
    rule = naming(None, IMAGES, True)
    assert (rule.output, rule.suffix, rule.replaced, rule.force) == (".", "", frozenset(), True)
    assert naming("out", IMAGES, False).output == "out"


@pytest.mark.parametrize(
    ("inputs", "output", "stream"),
    [(["a"], None, False), (["a"], "-", True), (["-"], None, True), (["-"], "a.png", False)],
)
def test_when_standard_output_is_meant(inputs: list[str], output: str | None, stream: bool) -> None:
    assert is_stream(inputs, output) == stream
