from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.data.registry.listing import Sample
from llcodec.data.registry.table import scan_table, write_table
from llcodec.errors import OutputError, OutputExistsError

Touch = Callable[..., None]
Shown = Callable[..., list[tuple[str, ...]]]


def test_rows_are_pairs(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    touch("low/1.webp", "high/1.png", "low/b.png", "ref.png")
    (tmp_path / "pairs.csv").write_text(
        "id,split,scene,low,high,ref\n"
        "one,train,s1,low/1.webp,high/1.png,\n"
        ',val,,low/b.png,,"ref.png"\n'
    )
    found = scan_table(tmp_path)
    assert shown(found) == [
        ("train", "s1", "one", "low/1.webp", "high/1.png"),
        ("val", "low/b", "low/b", "low/b.png", "ref.png"),
    ]
    assert found.problems == ()
    assert found.tabled


def test_missing_files_and_broken_rows_are_reported(
    tmp_path: Path, touch: Touch, shown: Shown
) -> None:
    touch("a.png")
    (tmp_path / "pairs.csv").write_text(
        "split,scene,low,high\n"
        "train,1,a.png,gone.png\n"
        "train,2,a.png\n"
        "train,3,a.png,a.png\n"
        ",4,a.png,a.png\n"
    )
    found = scan_table(tmp_path)
    assert [s.scene for s in found.samples] == ["3"]
    assert [str(p) for p in found.problems] == [
        "gone.png: missing; pairs.csv, line 2",
        "pairs.csv, line 3: needs the columns split, low and high (or ref)",
        "pairs.csv, line 5: needs the columns split, low and high (or ref)",
    ]


def test_a_scene_in_two_splits_is_reported(tmp_path: Path, touch: Touch) -> None:
    touch("1.png", "2.png", "3.png")
    (tmp_path / "pairs.csv").write_text(
        "split,scene,low,high\ntrain,s,1.png,3.png\nval,t,1.png,3.png\ntest,s,2.png,3.png\n"
    )
    assert [str(p) for p in scan_table(tmp_path).problems] == [
        "scene s: in the splits test and train"
    ]


@pytest.mark.parametrize("data", [b"\xff\xfe\0", b"split,low,high\n\xe9,a,b\n"])
def test_a_table_that_cannot_be_read_is_reported(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "pairs.csv").write_bytes(data)
    found = scan_table(tmp_path)
    assert found.samples == ()
    assert "cannot be read" in str(found.problems[0])
    (tmp_path / "pairs.csv").unlink()
    assert str(scan_table(tmp_path).problems[0]) == "pairs.csv: missing"


def samples(root: Path, count: int) -> list[Sample]:
    names = ["plain", 'with, comma and "quotes"', "ümläut", "d"][:count]
    return [
        Sample(root / f"low/{n}.png", root / f"high/{n}.png", f"scene {n}", "train", f"id {n}")
        for n in names
    ]


def test_what_is_written_is_read_again(tmp_path: Path, touch: Touch) -> None:
    rows = samples(tmp_path, 4)
    for sample in rows:
        touch(*(str(path) for path in sample.paths))
    write_table(tmp_path, rows, force=False)
    assert (
        (tmp_path / "pairs.csv").read_text(encoding="utf-8").startswith("id,split,scene,low,high\n")
    )
    assert list(scan_table(tmp_path).samples) == rows


def test_another_table_is_not_overwritten_unasked(tmp_path: Path) -> None:
    write_table(tmp_path, samples(tmp_path, 2), force=False)
    write_table(tmp_path, samples(tmp_path, 2), force=False)
    before = (tmp_path / "pairs.csv").read_bytes()
    with pytest.raises(OutputExistsError, match="--force"):
        write_table(tmp_path, samples(tmp_path, 3), force=False)
    assert (tmp_path / "pairs.csv").read_bytes() == before
    write_table(tmp_path, samples(tmp_path, 3), force=True)
    assert (tmp_path / "pairs.csv").read_bytes() != before


def test_a_table_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError):
        write_table(tmp_path / "file", samples(tmp_path, 1), force=True)
