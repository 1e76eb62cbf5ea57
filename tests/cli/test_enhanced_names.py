from pathlib import Path

import pytest

from llcodec.cli._enhanced_names import enhanced_name, without_enhanced
from llcodec.cli._sources import Found, Source
from llcodec.errors import InputError

IMAGES = frozenset({".png", ".jpg", ".jfif", ".jpe", ".gif", ".tif"})


def found(*paths: str, named: bool = True) -> Found:
    return Found([Source(path, Path("sub", Path(path).name), named) for path in paths])


@pytest.mark.parametrize(
    ("path", "suffix", "name"),
    [
        ("a.jpg", None, "a-enhanced.jpg"),
        ("a.jfif", None, "a-enhanced.jfif"),
        ("a.jpe", None, "a-enhanced.jpe"),
        ("in/a.PNG", None, "a-enhanced.PNG"),
        ("a.gif", None, "a-enhanced.png"),
        ("a", None, "a-enhanced.png"),
        ("a.b", None, "a.b-enhanced.png"),
        ("a.jpg", ".webp", "a-enhanced.webp"),
        ("a.b", ".jpg", "a.b-enhanced.jpg"),
    ],
)
def test_beside_its_input_an_output_is_marked(path: str, suffix: str | None, name: str) -> None:
    rule = enhanced_name(suffix, IMAGES, keep_suffix=False)
    assert rule(Path(path), True) == name
    assert rule(Path(path), False) == name.replace("-enhanced", "")


@pytest.mark.parametrize(
    ("path", "suffix", "name"),
    [("a.jpg", None, "a.jpg"), ("a.gif", None, "a.gif.png"), ("a.jpg", ".tif", "a.jpg.tif")],
)
def test_a_suffix_is_kept_if_it_would_be_lost(path: str, suffix: str | None, name: str) -> None:
    assert enhanced_name(suffix, IMAGES, keep_suffix=True)(Path(path), False) == name


def test_what_was_enhanced_is_left_out_unless_it_is_named() -> None:
    both = found("in/a.png", "in/a-enhanced.png", named=False)
    assert [source.path for source in without_enhanced(both).sources] == ["in/a.png"]
    assert len(without_enhanced(found("a-enhanced.png")).sources) == 1


def test_nothing_left_is_a_failure() -> None:
    result = without_enhanced(found("in/a-enhanced.png", named=False))
    assert not result.sources
    [failure] = result.failures
    assert failure.path == "in"
    assert "results of an earlier run" in str(failure.error)


def test_failures_are_kept() -> None:
    given = found("a.png")
    given.fail("b.png", "no such file")
    result = without_enhanced(given)
    assert [failure.path for failure in result.failures] == ["b.png"]
    assert isinstance(result.failures[0].error, InputError)
