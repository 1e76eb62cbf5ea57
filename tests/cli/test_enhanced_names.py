from pathlib import Path

from llcodec.cli._enhanced_names import without_enhanced
from llcodec.cli._sources import Found, Source
from llcodec.errors import InputError


def found(*paths: str, named: bool = True) -> Found:
    return Found([Source(path, Path("sub", Path(path).name), named) for path in paths])


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
