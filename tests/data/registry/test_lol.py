from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.data.registry.entry import DataSet
from llcodec.data.registry.lol import LOL, LOL_V2_REAL, LOL_V2_SYNTHETIC

Touch = Callable[..., None]
Shown = Callable[..., list[tuple[str, ...]]]


@pytest.mark.parametrize(
    ("dataset", "train", "test", "names"),
    [
        (LOL, "our485/{low,high}", "eval15/{low,high}", "{2,2}.png"),
        (LOL, "Train/{input,target}", "Test/{input,target}", "{2,2}.png"),
        (
            LOL_V2_REAL,
            "Real_captured/Train/{Low,Normal}",
            "Real_captured/Test/{Low,Normal}",
            "{low00002,normal00002}.png",
        ),
        (LOL_V2_REAL, "Train/{Low,Normal}", "Test/{Low,Normal}", "{00002,00002}.png"),
        (
            LOL_V2_SYNTHETIC,
            "Synthetic/Train/{Low,Normal}",
            "Synthetic/Test/{Low,Normal}",
            "{r0t,r0t}.png",
        ),
        (LOL_V2_SYNTHETIC, "Train/{Low,Normal}", "Test/{Low,Normal}", "{r0t,r0t}.png"),
    ],
)
def test_layouts(
    tmp_path: Path,
    touch: Touch,
    shown: Shown,
    dataset: DataSet,
    train: str,
    test: str,
    names: str,
) -> None:
    def both(pattern: str) -> tuple[str, str]:
        before, _, rest = pattern.partition("{")
        inner, _, after = rest.partition("}")
        low, high = inner.split(",")
        return f"{before}{low}{after}", f"{before}{high}{after}"

    low, high = both(names)
    rows = []
    for split, folders in (("train", train), ("test", test)):
        files = [
            f"{folder}/{name}" for folder, name in zip(both(folders), (low, high), strict=True)
        ]
        touch(*files)
        rows.append((split, *files))
    found = dataset.scan(tmp_path)
    assert found.problems == ()
    assert [(row[0], *row[3:]) for row in shown(found)] == rows
    assert {s.scene for s in found.samples} <= {"2", "00002", "r0t"}


def test_real_pictures_are_known_by_number() -> None:
    train, test = LOL_V2_REAL.splits
    assert (train.named[0], train.named[-1], len(train.named)) == ("00001", "00689", 689)
    assert (test.named[0], test.named[-1], len(test.named)) == ("00690", "00789", 100)


def test_the_test_pictures_of_version_one_are_known() -> None:
    train, test = LOL.splits
    assert (train.samples, test.samples, len(set(test.named))) == (485, 15, 15)


def test_versions_share_pictures() -> None:
    assert LOL.overlaps == ("lol-v2-real",)
    assert LOL_V2_REAL.overlaps == ("lol",)
