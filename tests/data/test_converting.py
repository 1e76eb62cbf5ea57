import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec.data.converting import convert, convert_all
from llcodec.errors import InputError, LlcError, OutputError

Make = Callable[..., np.ndarray]


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def test_pictures_are_copied_byte_by_byte(tmp_path: Path, make_picture: Make) -> None:
    make_picture(tmp_path / "a.jpg")
    assert convert(tmp_path / "a.jpg", tmp_path / "out/b.jpg", None)
    assert (tmp_path / "out/b.jpg").read_bytes() == (tmp_path / "a.jpg").read_bytes()


def test_arrays_become_png(tmp_path: Path, make_array: Make) -> None:
    pixels = make_array(tmp_path / "a.npy")
    assert convert(tmp_path / "a.npy", tmp_path / "b.png", None)
    np.testing.assert_array_equal(pixels_of(tmp_path / "b.png"), pixels)


def test_raw_files_become_png(tmp_path: Path, make_raw: Callable[..., None]) -> None:
    pytest.importorskip("rawpy")
    make_raw(tmp_path / "a.dng", 24, 32)
    assert convert(tmp_path / "a.dng", tmp_path / "b.png", (16, 12))
    assert pixels_of(tmp_path / "b.png").shape == (12, 16, 3)


def test_everything_is_resized_when_asked(tmp_path: Path, make_picture: Make) -> None:
    make_picture(tmp_path / "a.png", size=(40, 60))
    assert convert(tmp_path / "a.png", tmp_path / "b.png", (30, 10))
    small = pixels_of(tmp_path / "b.png")
    assert small.shape == (10, 30, 3)
    assert small.std() < 0.7 * pixels_of(tmp_path / "a.png").std()  # smoothed, not picked


def test_what_is_there_stays(tmp_path: Path, make_picture: Make) -> None:
    make_picture(tmp_path / "a.png")
    (tmp_path / "b.png").write_text("something")
    assert not convert(tmp_path / "a.png", tmp_path / "b.png", None)
    assert (tmp_path / "b.png").read_text() == "something"


@pytest.mark.parametrize("threads", [1, 3])
def test_the_rest_continues_when_a_file_is_broken(
    tmp_path: Path, make_array: Make, threads: int
) -> None:
    sources = [tmp_path / f"{n}.npy" for n in range(5)]
    for source in sources:
        make_array(source)
    sources[1].write_bytes(b"broken")
    sources[3].unlink()
    targets = {source: source.with_suffix(".png") for source in sources}
    outcomes = dict(convert_all(targets, None, threads))
    assert list(outcomes) == sources
    assert [outcomes[sources[n]] for n in (0, 2, 4)] == [True] * 3
    assert all(isinstance(outcomes[sources[n]], LlcError) for n in (1, 3))
    assert sorted(p.name for p in tmp_path.glob("*.png")) == ["0.png", "2.png", "4.png"]
    again = dict(convert_all(targets, None, threads))
    assert [again[sources[n]] for n in (0, 2, 4)] == [False] * 3


def test_a_target_that_cannot_be_written_ends_it(tmp_path: Path, make_array: Make) -> None:
    make_array(tmp_path / "a.npy")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError):
        list(convert_all({tmp_path / "a.npy": tmp_path / "file/a.png"}, None, 1))


def test_a_missing_extra_is_what_became_of_a_raw_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_raw: Callable[..., None]
) -> None:
    monkeypatch.setitem(sys.modules, "rawpy", None)
    make_raw(tmp_path / "a.dng")
    [(_, outcome)] = convert_all({tmp_path / "a.dng": tmp_path / "a.png"}, None, 1)
    assert isinstance(outcome, InputError)
