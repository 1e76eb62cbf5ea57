import io
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from llcodec.errors import UnreadableImageError
from llcodec.imaging.directories import MAX_STRIPS, MAX_VALUES, Directories, count_entries, is_cheap

if TYPE_CHECKING:
    from tests.imaging.conftest import Made

Entry = tuple[int, int, int, int]  # tag, type, count, value or offset
BYTE, ASCII, SHORT, LONG, RATIONAL = 1, 2, 3, 4, 5


def directory(order: str, *entries: Entry) -> bytes:
    packed = b"".join(struct.pack(f"{order}HHII", *entry) for entry in entries)
    return struct.pack(f"{order}H", len(entries)) + packed + bytes(4)


def tiff(*entries: Entry, order: str = "<") -> bytes:
    head = b"II*\0" if order == "<" else b"MM\0*"
    return head + struct.pack(f"{order}I", 8) + directory(order, *entries)


def big_tiff(*entries: Entry) -> bytes:
    packed = b"".join(struct.pack("<HHQQ", *entry) for entry in entries)
    return b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, len(entries)) + packed + bytes(8)


def found(data: bytes) -> Directories:
    return count_entries(io.BytesIO(data))


@pytest.mark.parametrize("order", ["<", ">"])
def test_numbers_are_counted_and_texts_are_not(order: str) -> None:
    entries = [(270, ASCII, 5000, 8), (282, RATIONAL, 700, 8), (700, BYTE, 9000, 8)]
    assert found(tiff(*entries, order=order)) == Directories(700, 0, (0, 0))


@pytest.mark.parametrize("make", [tiff, big_tiff])
def test_layout_and_tiles(make: Callable[..., bytes]) -> None:
    short_width = 300  # as it stands in a field, whatever its length
    data = make((273, LONG, 40, 8), (279, SHORT, 40, 8), (322, SHORT, 1, short_width))
    assert found(data) == Directories(1, 80, (300, 0))
    data = make((322, LONG, 1, 256), (323, LONG, 1, 512))
    assert found(data) == Directories(2, 0, (256, 512))


def test_directories_below_are_counted_too_and_loops_end() -> None:
    first = tiff((34665, LONG, 1, 26))
    assert len(first) == 26
    below = directory("<", (33434, RATIONAL, 300, 8), (40965, LONG, 1, 8))  # back to the first
    assert found(first + below).values == 1 + 300 + 1


@pytest.mark.parametrize(
    "data",
    [b"", b"II*\0", b"not a TIFF structure", b"II*\0" + bytes(4), b"MM\0*\xff\xff\xff\xff"],
)
def test_broken_structures(data: bytes) -> None:
    if data[4:8] != bytes(4):
        with pytest.raises(struct.error):
            found(data)
    assert not is_cheap(data) or found(data).values == 0


def test_offsets_beyond_any_file() -> None:
    with pytest.raises(struct.error):
        found(b"II+\0\x08\0\0\0" + b"\xff" * 8)


def test_more_entries_than_are_read() -> None:
    with pytest.raises(UnreadableImageError, match="more entries"):
        found(b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 1 << 40))


def test_more_directories_than_are_read() -> None:
    below = b"".join(directory("<", (270, ASCII, 1, 0)) for _ in range(20))
    start = 8 + 2 + 12 * 20 + 4
    pointers = [(34665, LONG, 1, start + 18 * number) for number in range(20)]
    assert len(tiff(*pointers)) == start
    with pytest.raises(UnreadableImageError, match="more directories"):
        found(tiff(*pointers) + below)


def test_limits() -> None:
    Directories(MAX_VALUES, MAX_STRIPS, (0, 0)).check()
    with pytest.raises(UnreadableImageError, match="131,073 numbers"):
        Directories(MAX_VALUES + 1, 0, (0, 0)).check()
    with pytest.raises(UnreadableImageError, match="more strips"):
        Directories(0, MAX_STRIPS + 1, (0, 0)).check()


def test_what_cameras_write_is_cheap(made: "type[Made]") -> None:
    assert is_cheap(made.exif(6))
    exif = Image.Exif()
    exif[282] = 72.0
    exif.get_ifd(34665)[33434] = 0.5
    assert is_cheap(exif.tobytes().removeprefix(b"Exif\0\0"))
    assert not is_cheap(tiff((282, RATIONAL, MAX_VALUES + 1, 8)))


def test_counting_takes_no_longer_for_larger_numbers() -> None:
    """Nothing is made of the numbers: the same few bytes are read whatever they announce."""

    class Counted(io.BytesIO):
        total = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.total += size or 0
            return super().read(size)

    few, many = (Counted(tiff((282, RATIONAL, n, 8))) for n in (1, 1 << 31))
    count_entries(few), count_entries(many)
    assert few.total == many.total
