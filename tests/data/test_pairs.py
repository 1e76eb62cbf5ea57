from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec.data.pairs import list_pairs, read_pairs, read_photographs, read_pixels, splits
from llcodec.errors import InputError


def save(path: Path, value: int, size: tuple[int, int] = (4, 3)) -> np.ndarray:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((*size, 3), value, np.uint8)
    pixels[0, 0] = (1, 2, 3)
    Image.fromarray(pixels).save(path)
    return pixels


def test_a_table_lists_the_pairs_of_each_split(tmp_path: Path) -> None:
    low = save(tmp_path / "a" / "dark one.png", 10)
    high = save(tmp_path / "b" / "bright.png", 200)
    save(tmp_path / "other.png", 50)
    (tmp_path / "pairs.csv").write_text(
        "split,low,high\ntrain,a/dark one.png,b/bright.png\nval,other.png,b/bright.png\n"
    )
    (pair,) = read_pairs(tmp_path, "train")
    assert pair.name == "dark one"
    np.testing.assert_array_equal(pair.low, low)
    np.testing.assert_array_equal(pair.high, high)
    assert [p.name for p in read_pairs(tmp_path, "val")] == ["other"]


def test_the_bright_column_may_be_called_ref_and_is_shared(tmp_path: Path) -> None:
    for number in range(3):
        save(tmp_path / f"{number}.png", number)
    save(tmp_path / "ref.png", 220)
    rows = "".join(f"train,{number}.png,ref.png,x\n" for number in range(3))
    (tmp_path / "pairs.csv").write_text("split,low,ref,camera\n" + rows)
    pairs = read_pairs(tmp_path, "train")
    assert [p.name for p in pairs] == ["0", "1", "2"]
    assert all(p.high is pairs[0].high for p in pairs)


def test_two_folders_of_equal_names_are_pairs_of_any_split(tmp_path: Path) -> None:
    for name, value in (("2.png", 2), ("1.bmp", 1)):
        save(tmp_path / "low" / name, value)
        save(tmp_path / "high" / name, 100 + value)
    (tmp_path / "low" / "notes.txt").write_text("not a picture")
    pairs = read_pairs(tmp_path, "whatever")
    assert [p.name for p in pairs] == ["1", "2"]
    assert [int(p.low[2, 2, 0]) for p in pairs] == [1, 2]
    assert [int(p.high[2, 2, 0]) for p in pairs] == [101, 102]


def test_folders_within_low_are_those_within_high(tmp_path: Path) -> None:
    for scene in ("x", "y"):
        save(tmp_path / "low" / scene / "1.png", 5)
        save(tmp_path / "high" / scene / "1.png", 100 + ord(scene))
    highs = [int(p.high[2, 2, 0]) for p in read_pairs(tmp_path, "train")]
    assert highs == [100 + ord("x"), 100 + ord("y")]


def test_no_pairs_are_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no pairs"):
        read_pairs(tmp_path / "missing", "train")
    save(tmp_path / "a.png", 1)
    (tmp_path / "pairs.csv").write_text("split,low,high\ntrain,a.png,a.png\n")
    with pytest.raises(InputError, match="'test'"):
        read_pairs(tmp_path, "test")


def test_a_missing_or_broken_picture_is_an_input_error(tmp_path: Path) -> None:
    save(tmp_path / "low" / "1.png", 1)
    with pytest.raises(InputError):
        read_pairs(tmp_path, "train")
    (tmp_path / "high").mkdir()
    (tmp_path / "high" / "1.png").write_bytes(b"no picture")
    with pytest.raises(InputError):
        read_pairs(tmp_path, "train")


@pytest.mark.parametrize(
    "table", ["a,b\n1,2\n", "split,low\ntrain,1.png\n", "low,high\n1.png,1.png\n"]
)
def test_a_table_without_its_columns_is_an_input_error(table: str, tmp_path: Path) -> None:
    save(tmp_path / "1.png", 1)
    (tmp_path / "pairs.csv").write_text(table)
    with pytest.raises(InputError, match="columns"):
        read_pairs(tmp_path, "train")


def test_pairs_of_two_sizes_are_an_input_error(tmp_path: Path) -> None:
    save(tmp_path / "low" / "1.png", 1, (4, 3))
    save(tmp_path / "high" / "1.png", 1, (3, 4))
    with pytest.raises(InputError, match="differ in size"):
        read_pairs(tmp_path, "train")


def test_photographs_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for name, value in (("b/1.png", 30), ("a/9.PNG", 10), ("a/z/2.png", 20)):
        save(tmp_path / name, value)
    (tmp_path / "readme.md").write_text("text")
    assert [int(p[2, 2, 0]) for p in read_photographs(tmp_path)] == [10, 20, 30]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no pictures"):
        read_photographs(tmp_path / "empty")


def test_grey_and_deep_pictures_become_eight_bit_colour(tmp_path: Path) -> None:
    deep = np.array([[0, 257 * 100, 65535]], np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    pixels = read_pixels(tmp_path / "deep.png")
    assert pixels.dtype == np.uint8
    assert pixels.shape == (1, 3, 3)
    assert pixels[0, :, 0].tolist() == [0, 100, 255]
    assert (pixels == pixels[..., :1]).all()


def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"a\.png: not an image"):
        read_photographs(tmp_path)
    with pytest.raises(InputError, match=r"none\.png: "):
        read_pixels(tmp_path / "none.png")


def test_a_table_that_is_no_text_is_reported(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_bytes(b"split,low,high\ntrain,\xff.png,b.png\n")
    for read in (splits, lambda root: read_pairs(root, "train")):
        with pytest.raises(InputError, match=r"pairs\.csv: not a CSV table in UTF-8"):
            read(tmp_path)


def test_scenes_are_those_of_the_table_or_else_the_bright_pictures(tmp_path: Path) -> None:
    root = tmp_path / "set"
    root.mkdir()
    table = "split,scene,low,high\ntrain,a,1.png,2.png\ntrain,a,3.png,4.png\ntrain,,5.png,2.png\n"
    (root / "pairs.csv").write_text(table)
    assert [pair.scene for pair in list_pairs(root, "train")] == ["a", "a", "2.png"]
