from collections import Counter
from pathlib import Path

import pytest

from llcodec.data.holdout import hold_out
from llcodec.data.registry import Sample
from llcodec.errors import InputError


def pairs(root: Path, highs: list[str], split: str = "train") -> list[Sample]:
    """A scene for each of ``highs``, whose high picture has this content."""
    samples = []
    for number, content in enumerate(highs):
        path = root / f"{split}{number}.png"
        path.write_text(content)
        scene = f"{split}{number:02}"
        samples += [Sample(root / "low.png", path, scene, split, f"{scene}/{n}") for n in (0, 1)]
    return samples


def test_whole_scenes_are_held_out_and_spread(tmp_path: Path) -> None:
    samples = pairs(tmp_path, [str(n) for n in range(10)])
    held = hold_out(samples, 2)
    assert [s.id for s in held] == [s.id for s in samples]
    assert Counter(s.split for s in held) == {"train": 16, "val": 4}
    assert {s.scene for s in held if s.split == "val"} == {"train02", "train07"}
    assert hold_out(samples, 2) == held


def test_scenes_of_one_high_picture_go_together(tmp_path: Path) -> None:
    samples = pairs(tmp_path, ["a", "b", "a", "c", "b", "b"])
    for count in (1, 2):
        held = hold_out(samples, count)
        contents = {
            split: {s.high.read_text() for s in held if s.split == split and s.high}
            for split in ("train", "val")
        }
        assert len(contents["val"]) == count
        assert not contents["train"] & contents["val"]


def test_a_chain_of_equal_pictures_is_one_group(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_text("x")
    (tmp_path / "y.png").write_text("y")
    (tmp_path / "z.png").write_text("z")
    rows = [("1", "x"), ("2", "y"), ("3", "y"), ("3", "x"), ("4", "z")]
    samples = [Sample(None, tmp_path / f"{h}.png", s, "train", f"{s}{h}") for s, h in rows]
    held = hold_out(samples, 1)
    assert {frozenset(s.scene for s in held if s.split == "val")} <= {
        frozenset({"1", "2", "3"}),
        frozenset({"4"}),
    }


def test_test_scenes_stay_what_they_are(tmp_path: Path) -> None:
    samples = pairs(tmp_path, ["a", "b", "c"]) + pairs(tmp_path, ["d", "e"], "test")
    held = hold_out(samples, 1)
    assert [s for s in held if s.split == "test"] == samples[6:]
    assert Counter(s.split for s in held) == {"train": 4, "val": 2, "test": 4}


@pytest.mark.parametrize("count", [2, 3])
def test_something_must_be_left_to_train_on(tmp_path: Path, count: int) -> None:
    with pytest.raises(InputError, match="held out of 2"):
        hold_out(pairs(tmp_path, ["a", "b", "a"]), count)
