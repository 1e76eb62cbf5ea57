"""The container on arbitrary bytes: strict and forgiving reading, and writing what was read.

python -m fuzz.engine container CORPUS -max_total_time=60
"""

from collections.abc import Iterator

from fuzz.checks import attempt, expect
from fuzz.golden import golden_files
from fuzz.mutation import Scramble, mutate_file
from llcodec.container import list_chunks, pack, read_header, unpack, unpack_damaged

MAX_LENGTH = 4096


def one_input(data: bytes) -> None:
    """Read bytes in every way; the ways must agree."""
    file = attempt(unpack, data)
    header = attempt(read_header, data)
    chunks = attempt(list_chunks, data)
    left = attempt(unpack_damaged, data)
    if left is not None:
        expect(header == left.header, "two headers")
        expect((file is not None) == (not left.problems), f"problems: {left.problems}")
        expect(all(line.isprintable() for line in left.problems), "a problem of several lines")
        expect(len(left.tiles) == left.header.tile_count, "tiles beside the grid")
    if file is None:
        return
    expect(left is not None and chunks is not None, "only one reader takes the file")
    assert left is not None
    expect(file.tiles == left.tiles, "two readers read two files")
    expect((file.metadata, file.alpha) == (left.metadata, left.alpha), "other metadata")
    expect(unpack(pack(file)) == file, "the file cannot be written again")


def seeds() -> Iterator[tuple[str, bytes]]:
    """Yield the inputs to start from."""
    return golden_files(MAX_LENGTH)


def mutate(data: bytes, max_size: int, seed: int, scramble: Scramble) -> bytes:
    """Return a changed input."""
    return mutate_file(data, max_size, seed, scramble)
