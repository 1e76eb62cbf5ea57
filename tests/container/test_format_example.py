import re
from pathlib import Path

from llcodec.container import (
    Container,
    Header,
    Metadata,
    Tile,
    list_chunks,
    pack,
    to_quality_units,
    unpack,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "format.md"
GAIN, GAMMA, MATRIX = (4096,) * 3, (-2048,) * 3, (4096, 0, 0, 0, 4096, 0, 0, 0, 4096)
EXAMPLE = Container(
    header=Header(
        width=100,
        height=64,
        quality_units=to_quality_units(4.5),
        model_name="fast",
        model_hash=bytes.fromhex("0123456789abcdef"),
        tile_size=64,
        tone=GAIN + GAMMA + MATRIX,
    ),
    tiles=(Tile(0x12345678, b"\xaa\xbb\xcc"), Tile(0x9ABCDEF0, b"")),
    metadata=Metadata(exif=b"II*\0"),
)


def documented_bytes() -> bytes:
    lines = re.findall(r"^[0-9a-f]{4}  ([0-9a-f ]+)$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    return bytes.fromhex(" ".join(lines))


def test_the_documented_example_is_what_is_written_and_read() -> None:
    assert pack(EXAMPLE) == documented_bytes()
    assert unpack(documented_bytes()) == EXAMPLE


def test_the_documented_table_starts_its_rows_where_the_parts_are() -> None:
    data = documented_bytes()
    rows = re.findall(r"^\| ([0-9a-f]{4}) \| (.+?) \|", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    parts = [(int(at, 16), "".join(re.findall(r"`([0-9a-f ]+)`", text))) for at, text in rows]
    assert {info.offset for info in list_chunks(data)} <= {at for at, _ in parts}
    for at, text in parts:
        expected = bytes.fromhex(text)
        assert data[at : at + len(expected)] == expected
