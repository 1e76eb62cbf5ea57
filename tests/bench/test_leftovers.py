from pathlib import Path

import pytest

from llcodec.bench.leftovers import other_results, remove_results, result_path
from llcodec.errors import OutputError


def test_results_that_are_not_of_this_run_are_named(tmp_path: Path) -> None:
    for name in ("plain-jpeg", "joint", "cbe-avif+nerco"):
        result_path(tmp_path, name).write_text("{}")
    (tmp_path / "table.csv").write_text("")
    (tmp_path / "measurements").mkdir()
    (tmp_path / "measurements" / "deep.json").write_text("")
    assert other_results(tmp_path, ["joint"]) == ("cbe-avif+nerco.json", "plain-jpeg.json")
    assert other_results(tmp_path, ["joint", "plain-jpeg", "cbe-avif+nerco"]) == ()
    assert other_results(tmp_path / "nowhere", []) == ()


def test_only_what_is_named_is_removed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        result_path(tmp_path, name).write_text("{}")
    remove_results(tmp_path, ["a", "c"])
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]


def test_what_cannot_be_removed_is_told(tmp_path: Path) -> None:
    result_path(tmp_path, "a").mkdir()
    with pytest.raises(OutputError, match=r"cannot remove .*a\.json"):
        remove_results(tmp_path, ["a"])
