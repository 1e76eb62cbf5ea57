from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.data.registry.smid import SMID

Touch = Callable[..., None]
Shown = Callable[..., list[tuple[str, ...]]]


def test_test_scenes_have_thirty_frames(tmp_path: Path, touch: Touch) -> None:
    for scene in ("0001", "0007"):  # of train and of test_list.txt
        touch(*(f"SMID_LQ_np/{scene}/{n:04}.npy" for n in range(1, 36)))
        touch(f"SMID_Long_np/{scene}/0001.npy")
    found = SMID.scan(tmp_path)
    assert found.problems == ()
    assert [s.id for s in found.samples if s.split == "train"] == [
        f"0001/{n:04}" for n in range(1, 36)
    ]
    assert [s.id for s in found.samples if s.split == "test"] == [
        f"0007/{n:04}" for n in range(1, 31)
    ]


def test_neither_raw_nor_half_size_copies_are_the_long_exposure(
    tmp_path: Path, touch: Touch, shown: Shown
) -> None:
    touch("SMID_LQ_np/0002/0001.npy")
    touch("SMID_Long_np/0002/0001.ARW", "SMID_Long_np/0002/half0001.npy")
    touch("SMID_Long_np/0002/zlong.npy", "SMID_Long_np/0002/0001.ARW.half.npy")
    [row] = shown(SMID.scan(tmp_path))
    assert row == (
        "train",
        "0002",
        "0002/0001",
        "SMID_LQ_np/0002/0001.npy",
        "SMID_Long_np/0002/zlong.npy",
    )


def test_raw_files(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    touch("short/0009/0001.ARW", "long/0009/0001.ARW", "long/0009/half0001.png")
    [row] = shown(SMID.scan(tmp_path))
    assert row == ("test", "0009", "0009/0001", "short/0009/0001.ARW", "long/0009/0001.ARW")


def test_what_has_no_long_exposure_is_reported(tmp_path: Path, touch: Touch) -> None:
    touch("SMID_LQ/0003/1.png", "SMID_Long/0003/half1.png")
    touch("SMID_LQ/0203/1.png", "SMID_Long/0203/1.png")
    assert [str(p) for p in SMID.scan(tmp_path).problems] == [
        "SMID_Long/0003: no long exposure (names with 'half' do not count)",
        "SMID_LQ/0203: its name belongs to no split",
    ]


@pytest.mark.parametrize(("name", "count"), [("train", 153), ("test", 49)])
def test_all_scenes_are_known_by_name(name: str, count: int) -> None:
    [split] = [s for s in SMID.splits if s.name == name]
    assert len(set(split.named)) == split.scenes == count
    assert set(split.named) <= {f"{n:04}" for n in range(1, 203)}
