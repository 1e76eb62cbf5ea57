import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from llcodec.data.storage import SpillStore, in_memory
from llcodec.errors import InputError


def picture(seed: int, height: int = 20, width: int = 30) -> np.ndarray:
    return np.random.default_rng(seed).integers(256, size=(height, width, 3), dtype=np.uint8)


def test_what_fits_into_memory_stays_there(tmp_path: Path) -> None:
    scratch = SpillStore(2 * 1800, tmp_path)
    first, second, third = picture(1), picture(2), picture(3)
    assert scratch.store(first) is first
    assert scratch.store(second) is second
    beside = scratch.store(third)
    assert beside is not third
    np.testing.assert_array_equal(beside, third)


def test_twins_are_equal_whatever_their_sizes(tmp_path: Path) -> None:
    arrays = [picture(seed, 1 + 7 * seed % 23, 1 + 5 * seed % 19) for seed in range(40)]
    floats = [np.random.default_rng(seed).normal(size=(3, seed + 1)) for seed in range(9)]
    scratch = SpillStore(0, tmp_path, segment=4096)
    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(scratch.store, arrays))
    kept_floats = [scratch.store(array) for array in floats]
    for array, twin in zip([*arrays, *floats], [*kept, *kept_floats], strict=True):
        assert twin.dtype == array.dtype
        np.testing.assert_array_equal(twin, array)


def test_an_array_may_be_larger_than_a_segment(tmp_path: Path) -> None:
    large = picture(1, 200, 300)
    np.testing.assert_array_equal(SpillStore(0, tmp_path, segment=4096).store(large), large)


def test_the_files_have_no_name(tmp_path: Path) -> None:
    scratch = SpillStore(0, tmp_path, segment=4096)
    twin = scratch.store(picture(1))
    if sys.platform != "win32":
        assert list(tmp_path.iterdir()) == []
    np.testing.assert_array_equal(twin, picture(1))


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="only reserved room can be missing")
def test_a_disk_without_room_is_reported_at_once(tmp_path: Path) -> None:
    scratch = SpillStore(0, tmp_path, segment=1 << 60)
    with pytest.raises(InputError, match="set TMPDIR to a folder with more space"):
        scratch.store(picture(1))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no room for the others"):
        SpillStore(0, tmp_path / "nowhere").store(picture(1))


def test_half_of_the_memory_is_used_unless_told_otherwise() -> None:
    array = picture(1)
    assert SpillStore().store(array) is array
    assert in_memory(array) is array
