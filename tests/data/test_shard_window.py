from pathlib import Path

import numpy as np
import pytest

from llcodec.data.shard_window import Cursor, ShardList, ShardWindow, files_of
from llcodec.errors import InputError
from tests.shards import write_photographs, write_shard

pytestmark = [pytest.mark.extra("tenacity"), pytest.mark.extra("webdataset")]
COUNT = 10  # photographs, two in a shard


@pytest.fixture
def shards(tmp_path: Path) -> ShardList:
    pictures = [np.full((8, 8, 3), number, np.uint8) for number in range(COUNT)]
    return ShardList.find(write_photographs(tmp_path / "photos", pictures), buffer=4)


def keys(window: ShardWindow, number: int) -> list[int]:
    return [int(item.key) for item in window.at(number)]


def stream(shards: ShardList, seed: int, count: int) -> list[int]:
    samples = ShardWindow(shards, (seed,), 1).samples(Cursor())
    return [int(next(samples).key) for _ in range(count)]


def test_every_pass_has_all_samples_in_an_order_of_its_own(shards: ShardList) -> None:
    found = stream(shards, 0, 3 * COUNT)
    passes = [found[start : start + COUNT] for start in range(0, 3 * COUNT, COUNT)]
    assert [sorted(part) for part in passes] == 3 * [list(range(COUNT))]
    assert len(set(map(tuple, passes))) == 3
    assert found == stream(shards, 0, 3 * COUNT) != stream(shards, 1, 3 * COUNT)


def test_the_window_moves_on_with_every_batch(shards: ShardList) -> None:
    found, window = stream(shards, 0, 40), ShardWindow(shards, (0,), 3)
    for number in (0, 1, 2, 5, 9, 1):  # also ahead, and back
        assert keys(window, number) == found[3 * number : 3 * number + 4]


@pytest.mark.parametrize("turn", [1, 3, 4, 6])
def test_it_continues_from_shard_and_index(shards: ShardList, turn: int) -> None:
    whole = ShardWindow(shards, (0,), turn)
    for number in range(7):
        for ahead in (False, True):  # a batch ahead, as a prefetcher is, or not yet
            whole.at(number if ahead else max(0, number - 1))
            place = whole.start(number)
            resumed = ShardWindow(shards, (0,), turn)
            resumed.restore(number, place)
            assert resumed.start(number) == place
            assert keys(resumed, number) == keys(whole, number)
            assert keys(resumed, number + 1) == keys(whole, number + 1)
            whole.at(number)
    assert place.epoch > 0 or turn == 1


def test_members_of_a_sample_are_found_by_their_names() -> None:
    sample = {"__key__": "a", "low.png": b"l", "high.jpg": b"h", "json": b"{}", "png": b"p"}
    assert files_of(sample, paired=True) == (b"l", b"h")
    assert files_of(sample, paired=False) == (b"p",)
    assert files_of({"__key__": "a", "low.png": b"l"}, paired=True) == ()
    assert files_of({"__key__": "a", "low.png": b"l"}, paired=False) == ()


def test_shards_without_pictures_are_one_line(tmp_path: Path, shards: ShardList) -> None:
    write_shard(tmp_path / "text.tar", {"a.txt": b"text"})
    with pytest.raises(InputError, match=r"text\.tar: has no photographs, nor pairs"):
        ShardList.find(str(tmp_path / "text.tar"), 4)
    with pytest.raises(InputError, match="not a folder on this machine"):
        ShardList.find("s3://bucket/folder", 4)
    window = ShardWindow(shards, (0,), 1, lambda cursor: False)
    with pytest.raises(InputError, match="no photographs in these shards"):
        window.at(0)
    assert shards.name == "photos"
