from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.data.registry import REGISTRY, DataSet, find, folder_of, listing, samples
from llcodec.errors import InputError

Touch = Callable[..., None]

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "data.md"

PAPERS = {
    *("sid", "smid", "sdsd-indoor", "sdsd-outdoor", "flickr2w", "lol", "lol-v2-real"),
    *("lol-v2-synthetic", "lsrw", "lime", "bsd300", "sice", "kodak"),
}


def test_every_set_of_the_papers_is_there() -> None:
    assert set(REGISTRY) >= PAPERS | {"pairs", "photographs"}


@pytest.mark.parametrize("dataset", REGISTRY.values(), ids=REGISTRY)
def test_entries_are_complete(dataset: DataSet) -> None:
    assert REGISTRY[dataset.name] is dataset
    assert all((dataset.title, dataset.licence, dataset.paper, dataset.use, dataset.layout))
    assert dataset.home == "none" or dataset.home.startswith(("https://", "http://"))
    assert set(dataset.overlaps) <= set(REGISTRY)
    assert all(dataset.name in REGISTRY[name].overlaps for name in dataset.overlaps)
    assert {split.name for split in dataset.splits} <= {"train", "val", "test"}
    scenes = [scene for split in dataset.splits for scene in split.named]
    assert len(scenes) == len(set(scenes))


@pytest.mark.parametrize("dataset", REGISTRY.values(), ids=REGISTRY)
def test_the_document_says_the_same(dataset: DataSet) -> None:
    [row] = [
        line
        for line in DOCUMENT.read_text().splitlines()
        if line.startswith(f"| `{dataset.name}` |")
    ]
    assert dataset.kind in row
    assert dataset.home == "none" or dataset.home in row
    for split in dataset.splits:
        number = split.samples if split.samples is not None else split.scenes
        assert number is None or f"{split.name} {number:,}" in row


def test_names_are_found_whatever_their_case() -> None:
    assert find("SDSD-Indoor") is REGISTRY["sdsd-indoor"]
    with pytest.raises(InputError, match=r"'lol3'; known are sid, .*kodak"):
        find("lol3")


def test_samples_of_a_split(tmp_path: Path, touch: Touch) -> None:
    touch("our485/low/2.png", "our485/high/2.png", "eval15/low/1.png", "eval15/high/1.png")
    assert [s.id for s in samples(find("lol"), tmp_path, "train")] == ["2"]
    assert [s.id for s in samples(find("lol"), tmp_path, "test")] == ["1"]
    with pytest.raises(InputError, match="no pairs of the split 'val'"):
        samples(find("lol"), tmp_path, "val")


def test_a_folder_without_the_set_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="our485/low: missing folder"):
        samples(find("lol"), tmp_path, "train")
    for missing in (tmp_path / "missing", Path(__file__)):
        with pytest.raises(InputError, match="no such folder"):
            listing(find("lol"), missing)


@pytest.mark.parametrize("name", ["lol", "sice", "sid", "stacks"])
def test_prepared_sets_share_a_root(tmp_path: Path, touch: Touch, name: str) -> None:
    touch(f"{name}/low/1.png", f"{name}/high/1.png", "other/low/2.png")
    table = "split,scene,low,high\nval,1,low/1.png,high/1.png\n"
    (tmp_path / name / "pairs.csv").write_text(table)
    assert folder_of(find(name), tmp_path) == tmp_path / name
    [sample] = samples(find(name), tmp_path, "val")
    assert sample.paths == (tmp_path / name / "low/1.png", tmp_path / name / "high/1.png")
    touch("low/1.png", "high/1.png")
    (tmp_path / "pairs.csv").write_text(table)
    assert folder_of(find(name), tmp_path) == tmp_path
