from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from llcodec.data.frames import frame_size, is_picture, read_frame
from llcodec.errors import UnreadableImageError

Make = Callable[..., np.ndarray]


def test_pictures_and_arrays_are_read_alike(
    tmp_path: Path, make_picture: Make, make_array: Make
) -> None:
    for path, make in ((tmp_path / "a.png", make_picture), (tmp_path / "b.NPY", make_array)):
        target = path.with_suffix(path.suffix.lower())
        pixels = make(target, seed=3, size=(5, 7))
        target.rename(path)
        assert frame_size(path) == (5, 7)
        np.testing.assert_array_equal(read_frame(path), pixels)
    assert is_picture(Path("a.JPG"))
    assert not is_picture(Path("a.npy"))
    assert not is_picture(Path("a.ARW"))


def test_raw_files_are_developed(tmp_path: Path, make_raw: Callable[..., None]) -> None:
    pytest.importorskip("rawpy")
    make_raw(tmp_path / "a.DNG", 24, 32)
    assert frame_size(tmp_path / "a.DNG") is None
    assert read_frame(tmp_path / "a.DNG").shape == (24, 32, 3)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 6, 3), np.float32),
        np.zeros((4, 6), np.uint8),
        np.zeros((4, 6, 4), np.uint8),
        np.zeros((2, 4, 6, 3), np.uint8),
    ],
)
def test_arrays_that_are_no_pictures_are_reported(tmp_path: Path, array: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", array)
    for read in (frame_size, read_frame):
        with pytest.raises(UnreadableImageError, match="uint8"):
            read(tmp_path / "a.npy")


def test_damaged_arrays_are_found_by_their_headers(tmp_path: Path, make_array: Make) -> None:
    path = tmp_path / "a.npy"
    make_array(path)
    whole = path.read_bytes()
    for data in (b"", whole[:50], whole[:-1], b"no array at all" * 10):
        path.write_bytes(data)
        with pytest.raises(UnreadableImageError, match="array"):
            frame_size(path)
    np.save(path, np.array([{"an": "object"}]), allow_pickle=True)
    with pytest.raises(UnreadableImageError):
        read_frame(path)
    with pytest.raises(UnreadableImageError):
        frame_size(tmp_path / "missing.npy")


@pytest.mark.parametrize(("data", "message"), [(b"", "empty"), (b"JPEG", "signature")])
def test_raw_files_of_another_start_are_reported(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "a.ARW").write_bytes(data)
    with pytest.raises(UnreadableImageError, match=message):
        frame_size(tmp_path / "a.ARW")
    with pytest.raises(UnreadableImageError, match="cannot be read"):
        frame_size(tmp_path / "missing.ARW")
