from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.data.registry.lsrw import LSRW

Touch = Callable[..., None]
Shown = Callable[..., list[tuple[str, ...]]]


@pytest.mark.parametrize(
    ("train", "test"),
    [("Training data/{}/", "Eval/{}/"), ("{}/Train/", "{}/Test/")],
)
def test_both_cameras(tmp_path: Path, touch: Touch, shown: Shown, train: str, test: str) -> None:
    for camera in ("Huawei", "Nikon"):
        for outer, name in ((train, "1.jpg"), (test, "3001.jpg")):
            folder = outer.format(camera)
            touch(f"{folder}low/{name}", f"{folder}high/{name}")
    found = LSRW.scan(tmp_path)
    assert found.problems == ()
    assert [row[:3] for row in shown(found)] == [
        ("train", "Huawei/1", "Huawei/1"),
        ("train", "Nikon/1", "Nikon/1"),
        ("test", "Huawei/3001", "Huawei/3001"),
        ("test", "Nikon/3001", "Nikon/3001"),
    ]


def test_one_camera_is_not_whole(tmp_path: Path, touch: Touch) -> None:
    touch("Eval/Huawei/low/1.jpg", "Eval/Huawei/high/1.jpg")
    found = LSRW.scan(tmp_path)
    assert len(found.samples) == 1
    assert "Training data/Nikon/low: missing folder" in [str(p) for p in found.problems]
