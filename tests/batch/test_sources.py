import csv
from pathlib import Path

import pytest

from llcodec.batch.sources import Found, Source, Unusable, Wanted, find
from llcodec.errors import InputError

pytestmark = [pytest.mark.extra("tenacity"), pytest.mark.extra("fsspec")]
PNG = Wanted(frozenset({".png"}), "images")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files that are wanted and others."""
    for name in ("b.png", "a/2.PNG", "a/1.png", "note.txt", ".hidden/x.png", "a/.y.png"):
        file = tmp_path / "in" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"12345")
    return tmp_path / "in"


def places(found: Found) -> list[str]:
    return [file.place if isinstance(file, Source) else f"! {file.error}" for file in found.files]


def test_a_folder_is_searched_in_order(folder: Path) -> None:
    found = find(str(folder), PNG)
    first, *rest = found.files
    assert first == Source(f"{folder}/a/1.png", "a/1.png", 5)
    assert [file.url for file in rest] == [f"{folder}/a/2.PNG", f"{folder}/b.png"]


def test_folders_of_outputs_are_left_out(folder: Path) -> None:
    wanted = Wanted(PNG.suffixes, "images", frozenset({f"{folder}/a"}))
    assert places(find(str(folder), wanted)) == ["b.png"]


def test_globs_keep_what_is_below_their_fixed_part(folder: Path) -> None:
    assert places(find(f"{folder}/*/*.png", PNG)) == ["a/1.png"]
    assert places(find(f"{folder}/*", PNG)) == ["a/1.png", "a/2.PNG", "b.png", "note.txt"]
    assert places(find(f"{folder}/*.jpg", PNG)) == ["! no file matches"]


def test_a_file_is_itself(folder: Path) -> None:
    found = find(f"{folder}/note.txt", PNG)
    assert (found.total, places(found)) == (1, ["note.txt"])


def test_nothing_is_reported(folder: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        find(f"{folder}/missing", PNG)
    wanted = Wanted(frozenset({".tif"}), "images")
    [failure] = find(str(folder), wanted).files
    assert failure == Unusable(str(folder), "no images in this folder")


@pytest.mark.extra("braceexpand")
def test_shards_are_named_as_webdataset_does(tmp_path: Path) -> None:
    found = find(f"{tmp_path}/shard-{{000008..000011}}.tar", PNG)
    assert (found.shards, found.total) == (True, 4)
    assert places(found)[1:3] == ["shard-000009.tar", "shard-000010.tar"]


@pytest.mark.extra("pyarrow")
def test_a_list_has_a_column_of_paths(folder: Path) -> None:
    with (folder / "list.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["number", "path"])
        rows.writerows([[1, "a/1.png"], [2, "s3://dark/x/1.png"], [3, ""], [4, "../up.png"]])
    found = find(f"{folder}/list.csv", PNG)
    files = list(found.files)
    assert found.total is None
    assert files[0] == Source(f"{folder}/a/1.png", "a/1.png")
    assert files[1] == Source("s3://dark/x/1.png", "dark/x/1.png")
    assert isinstance(files[2], Unusable)
    wanted = Wanted(PNG.suffixes, "images", base="s3://dark")
    assert [f.place for f in find(f"{folder}/list.csv", wanted).files if isinstance(f, Source)] == [
        f"{str(folder)[1:]}/a/1.png",
        "x/1.png",
    ]


@pytest.mark.extra("pyarrow")
def test_lists_of_parquet_know_their_number(folder: Path) -> None:
    from pyarrow import parquet, table

    for number in range(2):
        names = [f"{number}/{i}.png" for i in range(3)]
        parquet.write_table(table({"file": names}), folder / f"list-{number}.parquet")
    wanted = Wanted(PNG.suffixes, "images", column="file")
    found = find(f"{folder}/list-*.parquet", wanted)
    assert found.total == 6
    assert places(found) == ["0/0.png", "0/1.png", "0/2.png", "1/0.png", "1/1.png", "1/2.png"]
    with pytest.raises(InputError, match=r"no column path or .*; it has file \(--column\)"):
        list(find(f"{folder}/list-0.parquet", PNG).files)
