from collections.abc import Callable, Sequence
from pathlib import Path

from llcodec.data.registry.listing import Listing
from llcodec.data.registry.scenes import SceneFolders, scan_scenes

Touch = Callable[..., None]
Shown = Callable[..., list[tuple[str, ...]]]

LAYOUTS = (SceneFolders("low", "high"), SceneFolders("other/low", "other/high"))


def scan(root: Path) -> Listing:
    def match(
        split: str, lows: Sequence[Path], highs: Sequence[Path]
    ) -> list[tuple[Path, Path]] | str:
        if len(highs) > 1:
            return "too many"
        return [(low, highs[0]) for low in (lows[:1] if split == "test" else lows)]

    splits = {"0": "train", "1": "test"}
    return scan_scenes(root, LAYOUTS, lambda scene: splits.get(scene[0]), match)


def test_scenes_are_folders(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    touch("low/01/b.npy", "low/01/a.npy", "high/01/x.npy")
    touch("low/11/a.npy", "low/11/b.npy", "high/11/x.npy", "high/list.txt")
    found = scan(tmp_path)
    assert shown(found) == [
        ("train", "01", "01/a", "low/01/a.npy", "high/01/x.npy"),
        ("train", "01", "01/b", "low/01/b.npy", "high/01/x.npy"),
        ("test", "11", "11/a", "low/11/a.npy", "high/11/x.npy"),
    ]
    assert found.problems == ()


def test_scenes_are_the_starts_of_names(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    touch("other/low/01_00_0.1s.ARW", "other/low/01_01_0.1s.ARW", "other/high/01_00_10s.ARW")
    assert [row[:3] for row in shown(scan(tmp_path))] == [
        ("train", "01", "01/01_00_0.1s"),
        ("train", "01", "01/01_01_0.1s"),
    ]


def test_scenes_that_are_not_whole_are_reported(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    touch("low/01/a.png", "high/02/a.png", "low/51/a.png", "high/51/a.png", "low/x.png")
    touch("low/03/a.png", "high/03/a.png", "high/03/b.png", "low/04/a.txt", "high/04/a.png")
    found = scan(tmp_path)
    assert found.samples == ()
    assert [str(p) for p in found.problems] == [
        "high/01: no frames of this scene",
        "low/02: no frames of this scene",
        "high/03: too many",
        "low/04: no frames of this scene",
        "low/51: its name belongs to no split",
        "low/x: its name belongs to no split",
    ]


def test_a_missing_folder_is_reported_alone(tmp_path: Path, touch: Touch) -> None:
    assert [str(p) for p in scan(tmp_path).problems] == [
        "low: missing folder",
        "high: missing folder",
    ]
    touch("low/01/a.png", "low/02/a.png")
    assert [str(p) for p in scan(tmp_path).problems] == ["high: missing folder"]


def test_without_its_folders_the_table_counts(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    touch("x.png", "y.png")
    (tmp_path / "pairs.csv").write_text("id,split,scene,low,high\ni,test,s,x.png,y.png\n")
    assert shown(scan(tmp_path)) == [("test", "s", "i", "x.png", "y.png")]
