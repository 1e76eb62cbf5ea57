from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.data.registry.entry import DataSet
from llcodec.data.registry.photographs import BSD300, BSDS500, FLICKR_2W, KODAK, URBAN100

Touch = Callable[..., None]
Shown = Callable[..., list[tuple[str, ...]]]


@pytest.mark.parametrize(
    ("dataset", "files"),
    [
        (FLICKR_2W, {"train": "flicker_2W_images/a.jpg"}),
        (FLICKR_2W, {"train": "a.jpg"}),
        (BSD300, {"train": "images/train/1.jpg", "test": "images/test/2.jpg"}),
        (BSD300, {"train": "BSDS300/images/train/1.jpg", "test": "BSDS300/images/test/2.jpg"}),
        (
            BSDS500,
            {
                split: f"BSR/BSDS500/data/images/{split}/{n}.jpg"
                for n, split in enumerate(("train", "val", "test"))
            },
        ),
        (BSDS500, {split: f"{split}/1.jpg" for split in ("train", "val", "test")}),
        (URBAN100, {"train": "img_001.png"}),
        (URBAN100, {"train": "image_SRF_4/img_001_SRF_4_HR.png"}),
        (KODAK, {"test": "kodim01.png"}),
        (KODAK, {"test": "kodak/kodim01.png"}),
    ],
)
def test_layouts(
    tmp_path: Path, touch: Touch, shown: Shown, dataset: DataSet, files: dict[str, str]
) -> None:
    touch(*files.values())
    found = dataset.scan(tmp_path)
    assert found.problems == ()
    assert [(row[0], row[3]) for row in shown(found)] == list(files.items())


def test_small_copies_are_left_out(tmp_path: Path, touch: Touch) -> None:
    for factor in (2, 4):
        for kind in ("HR", "LR"):
            touch(f"image_SRF_{factor}/img_001_SRF_{factor}_{kind}.png")
    [sample] = URBAN100.scan(tmp_path).samples
    assert (sample.scene, sample.id) == ("img_001", "img_001_SRF_2_HR")


def test_kodak_by_either_name(tmp_path: Path, touch: Touch) -> None:
    touch("kodim01.png", "02.webp")
    assert [s.scene for s in KODAK.scan(tmp_path).samples] == ["02", "01"]
    assert set(KODAK.splits[0].named) >= {"01", "02", "24"}


def test_test_pictures_are_no_training_pictures(tmp_path: Path, touch: Touch) -> None:
    touch("train/1.jpg", "val/2.jpg", "test/3.jpg")
    for dataset in (BSD300, BSDS500):
        train = [s for s in dataset.scan(tmp_path).samples if s.split == "train"]
        assert [s.id for s in train] == ["1"]
