"""Pictures that hold more than they say, and metadata of absurd sizes: little memory all the same.

Each of these files is a few megabytes at most and asks for a hundred times that, or more.
"""

import gzip
import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from llcodec import container
from llcodec.container import Limits

EDGE = 13_000  # 169 megapixels: above the limit, and below Pillow's own
MEBIBYTE = 1 << 20


def chunk(kind: bytes, data: bytes) -> bytes:
    crc = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + crc


def png(width: int, height: int, rows: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A black-and-white PNG."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = [(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in parts)


def small_png(*chunks: tuple[bytes, bytes]) -> bytes:
    return png(16, 16, bytes(3 * 16), *chunks)


def big_png() -> bytes:
    return png(EDGE, EDGE, bytes((EDGE // 8 + 1) * EDGE))


def big_jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("L", (EDGE, EDGE)).save(out, "JPEG")
    return out.getvalue()


def icon() -> bytes:
    frame = big_png()
    return struct.pack("<3H4B2H2I", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(frame), 22) + frame


def mac_icon() -> bytes:
    frame = big_png()
    block = b"ic07" + struct.pack(">I", 8 + len(frame)) + frame
    return b"icns" + struct.pack(">I", 8 + len(block)) + block


def texture() -> bytes:
    """A BLP of 16×16, whose pixels are a JPEG."""
    frame = big_jpeg()
    offsets, lengths = [160, *[0] * 15], [len(frame), *[0] * 15]
    head = b"BLP1" + struct.pack("<6i", 0, 0, 16, 16, 0, 0)
    return head + struct.pack("<16I16II", *offsets, *lengths, 0) + frame


def tiff(entries: list[tuple[int, int, int, int]], data: bytes) -> bytes:
    """A TIFF; a value of -1 is where ``data`` begins."""
    start = 8 + 2 + 12 * len(entries) + 4
    packed = b"".join(
        struct.pack("<HHII", tag, kind, count, start if value < 0 else value)
        for tag, kind, count, value in sorted(entries)
    )
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + packed + bytes(4) + data


SMALL = [(256, 4, 1, 16), (257, 4, 1, 16), (258, 3, 1, 8), (262, 3, 1, 1), (277, 3, 1, 1)]


def one_tile() -> bytes:
    tile = zlib.compress(bytes(EDGE * EDGE), 1)
    layout = [(322, 4, 1, EDGE), (323, 4, 1, EDGE), (324, 4, 1, -1), (325, 4, 1, len(tile))]
    return tiff([*SMALL, (259, 3, 1, 8), *layout], tile)


def fractions(count: int) -> list[tuple[int, int, int, int]]:
    return [*SMALL, (273, 4, 1, 8), (279, 4, 1, 256), (282, 5, count, -1)]


def card(key: str, value: object) -> bytes:
    return f"{key:<8}= {value:>20}".ljust(80).encode()


def unit(*cards: bytes) -> bytes:
    text = b"".join(cards) + b"END".ljust(80)
    return text.ljust(-(-len(text) // 2880) * 2880)


def packed_fits() -> bytes:
    axes = [card("NAXIS", 2), card("NAXIS1", 8), card("NAXIS2", 1)]
    inner = [card("ZNAXIS", 2), card("ZNAXIS1", 16), card("ZNAXIS2", 16), card("ZBITPIX", 8)]
    kind = [card("ZIMAGE", "T"), b"ZCMPTYPE= 'GZIP_1  '".ljust(80)]
    first = unit(card("SIMPLE", "T"), card("BITPIX", 8), card("NAXIS", 0))
    table = unit(b"XTENSION= 'BINTABLE'".ljust(80), card("BITPIX", 8), *axes, *kind, *inner)
    return first + table + bytes(8) + gzip.compress(bytes(150_000_000), 1)


def deflated(size: int = 100_000_000) -> bytes:
    return zlib.compress(bytes(size), 1)


LIES: dict[str, Callable[[], bytes]] = {
    "an icon of 169 megapixels": icon,
    "a Mac icon of 169 megapixels": mac_icon,
    "a texture of 169 megapixels": texture,
    "a tile of 169 megapixels": one_tile,
    "a million fractions in a tag": lambda: tiff(fractions(1_000_000), bytes(8_000_000)),
    "gzip in FITS": packed_fits,
    "a text of 100 MB in a PNG": lambda: small_png((b"zTXt", b"a\0\0" + deflated())),
    "XMP of 100 MB in a PNG": lambda: small_png(
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + deflated())
    ),
    "a profile of 100 MB in a PNG": lambda: small_png((b"iCCP", b"a\0\0" + deflated())),
}


@pytest.mark.parametrize("verb", ["encode", "enhance"])
@pytest.mark.parametrize("name", LIES)
def test_it_is_refused(llc: Any, name: str, verb: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(LIES[name]())
    done = llc.run(verb, tmp_path / "a")
    assert (done.code, done.out) == (1, b"")
    assert done.line.startswith(f"llc: {tmp_path}/a: ")
    assert "internal" not in done.line
    assert done.grown_mb < 120
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("kept", [False, True])
def test_metadata_larger_than_a_file_of_llcodec_holds(llc: Any, kept: bool, tmp_path: Path) -> None:
    """Pictures may hold what containers refuse."""
    path = tmp_path / "a.png"
    path.write_bytes(small_png((b"eXIf", tiff([], bytes(20_000_000)))))
    done = llc.run("enhance" if kept else "encode", path)
    assert done.grown_mb < 200
    if kept:
        with Image.open(tmp_path / "a-enhanced.png") as bright:
            assert len(bright.info["exif"]) > 20_000_000
    else:
        assert done.code == 1
        assert "metadata" in done.line
        assert [each.name for each in tmp_path.iterdir()] == ["a.png"]


def test_more_pixels_than_the_header_says_are_left_unread(llc: Any, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(16, 16, bytes(100_000_000)))
    done = llc.run("encode", tmp_path / "a.png")
    assert done.code == 0
    assert done.grown_mb < 60


def overlapping_profile(size: int) -> bytes:
    """A colour profile of a thousand tags, of which each is nearly the whole."""
    table = b"".join(struct.pack(">4sII", b"%04d" % n, 1, size) for n in range(1000))
    head = (bytes(16) + b"RGB XYZ " + bytes(12) + b"acsp").ljust(128, b"\0")
    return (head + struct.pack(">I", 1000) + table).ljust(size, b"\0")


def many_fractions(size: int) -> bytes:
    count = (size - 26) // 8
    return tiff([(282, 5, count, -1)], bytes([1, 0, 0, 0]) * 2 * count)


METADATA = {
    "EXIF": container.Metadata(exif=many_fractions(16 * MEBIBYTE)),
    "profile": container.Metadata(icc=overlapping_profile(16 * MEBIBYTE)),
    "XMP": container.Metadata(xmp=b"<x/>" * (4 * MEBIBYTE)),
    "notes": container.Metadata(notes=(container.Note("k", "x" * 16_000),) * 1024),
}


@pytest.mark.parametrize("name", METADATA)
@pytest.mark.parametrize("form", ["png", "tif", "avif"])
def test_the_largest_metadata_of_a_file_decode(
    llc: Any, sample: bytes, form: str, name: str, tmp_path: Path
) -> None:
    file = replace(container.unpack(sample), metadata=METADATA[name])
    (tmp_path / "a.llc").write_bytes(container.pack(file))
    done = llc.run("decode", tmp_path / "a.llc", "-o", tmp_path / f"a.{form}")
    assert done.code == 0, done.err
    assert done.grown_mb < 200  # 16 MiB, some copies of it, and the codec's own
    with Image.open(tmp_path / f"a.{form}") as image:
        assert image.size == (16, 16)


@pytest.mark.parametrize("name", ["EXIF", "profile", "XMP"])
def test_more_metadata_than_the_limit_is_refused(
    llc: Any, sample: bytes, name: str, tmp_path: Path
) -> None:
    kind = {"EXIF": "exif", "profile": "icc", "XMP": "xmp"}[name]
    block: dict[str, Any] = {kind: b"II*\0".ljust(16 * MEBIBYTE + 1, b"\0")}
    metadata = container.Metadata(**block)
    file = replace(container.unpack(sample), metadata=metadata)
    data = container.pack(file, Limits(max_metadata=32 * MEBIBYTE))
    (tmp_path / "a.llc").write_bytes(data)
    done = llc.run("decode", tmp_path / "a.llc")
    assert done.code == 1
    assert "more than the limit of 16777216" in done.line
    assert done.grown_mb < 150
