from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.data.registry.sid import SID

Touch = Callable[..., None]
Shown = Callable[..., list[tuple[str, ...]]]


@pytest.mark.parametrize("outer", ["", "Sony/"])
def test_raw_files_as_published(tmp_path: Path, touch: Touch, shown: Shown, outer: str) -> None:
    short, long = f"{outer}short", f"{outer}long"
    touch(f"{short}/00001_00_0.04s.ARW", f"{short}/00001_01_0.1s.ARW", f"{long}/00001_00_10s.ARW")
    touch(f"{short}/10003_00_0.1s.ARW", f"{long}/10003_00_10s.ARW")
    touch(f"{short}/20108_00_0.1s.ARW", f"{long}/20108_00_30s.ARW")
    found = SID.scan(tmp_path)
    assert found.problems == ()
    first = ("train", "00001", "00001/00001_00_0.04s")
    assert shown(found)[0] == (
        *first,
        f"{short}/00001_00_0.04s.ARW",
        f"{long}/00001_00_10s.ARW",
    )
    assert [(s.split, s.scene) for s in found.samples] == [
        ("train", "00001"),
        ("train", "00001"),
        ("test", "10003"),
        ("train", "20108"),
    ]


def test_arrays_as_snr_aware_has_them(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    touch("short_sid2/10003/10003_00_0.04s.npy", "short_sid2/10003/10003_00_0.1s.npy")
    touch("long_sid2/10003/10003_00_0.04s.npy", "long_sid2/10003/10003_00_0.1s.npy")
    rows = shown(SID.scan(tmp_path))
    assert [row[0] for row in rows] == ["test", "test"]
    assert {row[4] for row in rows} == {"long_sid2/10003/10003_00_0.04s.npy"}  # the first for all


def test_other_names_belong_to_no_split(tmp_path: Path, touch: Touch) -> None:
    touch("short/30001_00_0.1s.ARW", "long/30001_00_10s.ARW", "short/00002_00_0.1s.ARW")
    assert [str(p) for p in SID.scan(tmp_path).problems] == [
        "long/00002: no frames of this scene",
        "short/30001: its name belongs to no split",
    ]


def test_published_numbers() -> None:
    # 1,865 training and 234 validation pairs of 161 and 20 scenes; 598 test pairs of 50
    assert [(s.name, s.samples, s.scenes) for s in SID.splits] == [
        ("train", 1865 + 234, 161 + 20),
        ("test", 598, 50),
    ]
