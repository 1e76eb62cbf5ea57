from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec.data.folders import DataFolders
from llcodec.data.pairs import Pair
from llcodec.data.sampling import Batch, Draws, Mix, Sources, gather_sources
from llcodec.data.streaming import StreamedSources, with_shards
from llcodec.errors import InputError, UnreadableImageError
from llcodec.training.processes import Processes
from tests.shards import Pixels, png, write_pairs, write_photographs, write_shard

pytestmark = [pytest.mark.extra("tenacity"), pytest.mark.extra("webdataset")]
NONE = gather_sources((), ())
MIX = Mix(pairs=0.5, darkened=0.3, by_scene=True, jpeg=0.2)


@pytest.fixture
def data(pairs: list[Pair], photographs: list[Pixels], tmp_path: Path) -> DataFolders:
    """Shards of pairs and of photographs."""
    places = write_pairs(tmp_path / "dark", pairs), write_photographs(tmp_path / "p", photographs)
    return DataFolders.find(places, buffer=3)


def streamed(data: DataFolders, folders: Sources = NONE, **how: bool) -> StreamedSources:
    return StreamedSources(folders, data.shards, 7, 4, **how)


def crops(sources: StreamedSources, number: int, part: slice = slice(None)) -> Batch:
    rng = np.random.default_rng((5, number))
    return Draws(sources, MIX).sampler(number, rng).crops(4, 64, part)


def equal(a: Batch, b: Batch) -> bool:
    return all(torch.equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(Batch))


def test_shards_hold_what_folders_hold(data: DataFolders, pairs: list[Pair]) -> None:
    assert [(s.paired, s.name) for s in data.shards] == [(True, "dark"), (False, "p")]
    assert data.trains_pairs
    pictures = streamed(data).at(0)
    pair, low, high = pictures.pair(1)
    original = pairs[int(pair.name)]
    assert np.array_equal(pair.low, original.low)
    assert np.array_equal(pair.high, original.high)
    assert (pair.source, pair.scene) == pictures.scenes[1] == ("dark", pair.name)
    folder = gather_sources([original], [])
    assert np.array_equal(low, folder.pair_thumbnails[0][0])
    assert np.array_equal(high, folder.pair_thumbnails[0][1])


@pytest.mark.parametrize("count", [1, 2, 4])
def test_samples_are_the_same_for_any_number_of_processes(data: DataFolders, count: int) -> None:
    """Each process draws its part from a stream of its own, over several passes."""
    alone, others = streamed(data), [streamed(data) for _ in range(count)]
    for number in range(9):
        whole = crops(alone, number)
        parts = [
            crops(own, number, Processes(rank, count).shard(4)) for rank, own in enumerate(others)
        ]
        joined = (torch.cat([getattr(p, f.name) for p in parts]) for f in fields(Batch))
        assert equal(Batch(*joined), whole)


def test_it_continues_where_a_checkpoint_was_written(data: DataFolders) -> None:
    whole = streamed(data)
    for number in range(5):
        whole.at(number)
    state = whole.state(5)
    assert all(set(place) == {"epoch", "shard", "index"} for place in state)
    resumed = streamed(data)
    resumed.restore(5, state)
    for number in (5, 6, 7):
        assert equal(crops(resumed, number), crops(whole, number))


def test_folders_are_drawn_from_beside_shards(
    data: DataFolders, pairs: list[Pair], photographs: list[Pixels]
) -> None:
    folders = gather_sources(pairs[:2], photographs[:1])
    pictures = streamed(data, folders).at(0)
    assert pictures.scenes[:2] == folders.scenes
    assert len(pictures.scenes) == 2 + 3
    assert pictures.pair(0)[0] is pairs[0]
    assert pictures.photograph(0)[0] is photographs[0]
    assert pictures.photograph_count > 1 + 3  # with bright halves
    plain = streamed(data, folders, bright_halves=False)
    assert plain.at(0).photograph_count == 1 + 3
    assert with_shards(folders, (), 7, 4) is folders


def test_the_plain_stage_draws_photographs_only(data: DataFolders) -> None:
    plain = streamed(data, pairs=False)
    assert plain.at(0).scenes == []
    assert plain.at(0).photograph_count == 3 + 3
    assert 4 < len(plain.photographs) < 64 * 3


def test_another_picture_is_drawn_for_a_broken_one(
    photographs: list[Pixels], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    members = {"0.png": png(photographs[0]), "1.png": png(photographs[1])[:300], "2.png": b""}
    shard = write_shard(tmp_path / "a.tar", members)
    sources = streamed(DataFolders.find([str(shard)], buffer=3))
    rng = np.random.default_rng(0)
    drawn = Draws(sources, Mix(0, 0)).sampler(0, rng).photographs(12, 128)
    levels = {float(level) for level in np.unique(photographs[0])}
    assert {float(level) for level in np.unique((drawn * 255).round().numpy())} <= levels
    told = sorted(capsys.readouterr().err.splitlines())
    assert [line.partition(".tar: ")[2][:3] for line in told] == ["1: ", "2: "]
    assert all(line.startswith(f"left out: {shard}: ") for line in told)


def test_shards_of_broken_pictures_end_in_an_error(tmp_path: Path) -> None:
    shard = write_shard(tmp_path / "a.tar", {"0.png": b"", "1.png": b"no"})
    sources = streamed(DataFolders.find([str(shard)], buffer=3))
    with pytest.raises(UnreadableImageError, match=r"a\.tar: [01]: "):
        Draws(sources, Mix(0, 0)).sampler(0, np.random.default_rng(0)).crops(1, 64)


def test_halves_of_different_sizes_are_left_out(pairs: list[Pair], tmp_path: Path) -> None:
    members = {"0.low.png": png(pairs[0].low[:64]), "0.high.png": png(pairs[0].high)}
    shard = write_shard(tmp_path / "a.tar", members)
    pictures = streamed(DataFolders.find([str(shard)], buffer=3)).at(0)
    with pytest.raises(UnreadableImageError, match="its halves differ in size"):
        pictures.pair(0)


def test_missing_folders_and_shards_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere: no such folder"):
        DataFolders.find([str(tmp_path / "nowhere")], 3)
    with pytest.raises(InputError, match=r"none\.tar: no such file or folder"):
        DataFolders.find([str(tmp_path / "none.tar")], 3)
    with pytest.raises(InputError, match=r"Protocol not known"):
        DataFolders.find(["nix://a/b.tar"], 3)
