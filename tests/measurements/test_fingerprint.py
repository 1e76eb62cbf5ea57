"""Prints of tiles: what decides them, and what does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from llcodec import container
from llcodec.container import Container, Tile
from llcodec.entropy import walk
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.errors import CorruptError
from measurements.fingerprint import TilePrint, tile_print

GOLDEN = Path(__file__).parents[1] / "golden" / "v1"


@pytest.fixture(scope="module")
def file() -> Container:
    return container.unpack((GOLDEN / "tiles.llc").read_bytes())


def test_symbols_are_those_of_the_checksum(coder: LatentCoder, file: Container) -> None:
    prints = [tile_print(coder, file.header, *item) for item in enumerate(file.tiles)]
    assert [p.symbols for p in prints] == [f"{tile.checksum:08x}" for tile in file.tiles]
    assert len(set(prints)) == len(file.tiles)


def test_it_does_not_matter_how_many_positions_are_computed_at_once(
    coder: LatentCoder, file: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tile_print(coder, file.header, 0, file.tiles[0])
    monkeypatch.setattr(walk, "_CHUNK", 3)
    assert tile_print(coder, file.header, 0, file.tiles[0]) == whole


def test_a_single_unit_of_one_mean_or_index_shows(coder: LatentCoder, file: Container) -> None:
    """The tile holds hyper-latents only: what follows from them is all in the print."""
    empty = Tile(0, b"")
    header = replace(file.header, width=16, height=16)
    before = tile_print(coder, header, 0, empty)
    (group,) = coder.networks.groups
    *inner, last = group.parameters
    for row, changed in ((0, "indices"), (len(last.bias) // 2, "means")):
        bias = last.bias.copy()
        bias[row] += 2 ** last.shift[row] * (64 if changed == "indices" else 1)
        changed_group = replace(group, parameters=(*inner, replace(last, bias=bias)))
        networks = replace(coder.networks, groups=(changed_group,))
        after = tile_print(replace(coder, networks=networks), header, 0, empty)
        same = {name for name in vars(before) if getattr(before, name) == getattr(after, name)}
        assert changed not in same


def test_a_stream_that_cannot_be_one_is_corrupt(coder: LatentCoder, file: Container) -> None:
    with pytest.raises(CorruptError):
        tile_print(coder, file.header, 0, Tile(0, b"odd"))
    assert isinstance(tile_print(coder, file.header, 0, file.tiles[0]), TilePrint)
