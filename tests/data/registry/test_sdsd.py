from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.data.registry.entry import DataSet
from llcodec.data.registry.sdsd import SDSD_INDOOR, SDSD_OUTDOOR

Touch = Callable[..., None]
Shown = Callable[..., list[tuple[str, ...]]]


def frames(folder: str, first: int, count: int = 32) -> list[str]:
    return [f"{folder}/{n:04}.npy" for n in range(first, first + count)]


@pytest.mark.parametrize(
    ("dataset", "outer", "train", "test"),
    [
        (SDSD_INDOOR, "", ("pair2", "pair2_2", "pair12"), ("pair1", "pair1_2", "pair11")),
        (SDSD_INDOOR, "indoor_static_np/", ("pair22",), ("pair21", "pair9_2")),
        (
            SDSD_OUTDOOR,
            "outdoor_static_np/",
            ("MVI_0918", "MVI_0918_2"),
            ("MVI_0898", "MVI_1032_2"),
        ),
    ],
)
def test_videos_and_their_twins(
    tmp_path: Path,
    touch: Touch,
    dataset: DataSet,
    outer: str,
    train: tuple[str, ...],
    test: tuple[str, ...],
) -> None:
    for scene in train + test:
        touch(*frames(f"{outer}input/{scene}", 1), *frames(f"{outer}GT/{scene}", 1))
    found = dataset.scan(tmp_path)
    assert found.problems == ()
    assert {s.scene for s in found.samples if s.split == "train"} == set(train)
    assert {s.scene for s in found.samples if s.split == "test"} == set(test)
    assert sum(s.split == "train" for s in found.samples) == 32 * len(train)
    assert sum(s.split == "test" for s in found.samples) == 30 * len(test)


def test_frames_are_pairs_by_their_order(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    touch(*frames("LQ/pair1", 57, 2), *frames("GT/pair1", 3, 2))
    assert [row[3:] for row in shown(SDSD_INDOOR.scan(tmp_path))] == [
        ("LQ/pair1/0057.npy", "GT/pair1/0003.npy"),
        ("LQ/pair1/0058.npy", "GT/pair1/0004.npy"),
    ]


def test_videos_of_two_lengths_are_reported(tmp_path: Path, touch: Touch) -> None:
    touch(*frames("input/pair1", 1, 3), *frames("GT/pair1", 1, 2))
    found = SDSD_INDOOR.scan(tmp_path)
    assert found.samples == ()
    assert [str(p) for p in found.problems] == ["GT/pair1: 2 frames, but 3 low ones"]
