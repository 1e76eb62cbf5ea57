"""Pictures that claim to be huge, in every format that is read: refused before memory is spent."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from llcodec._extras import missing
from llcodec.imaging.formats import READABLE
from tests.dng import dng

W, H = 50_000, 40_000  # 2,000 megapixels, 20 times the limit
MOST_MB = 40.0  # that refusing all of them may take


def saved(form: str, mode: str = "RGB", **options: Any) -> bytearray:
    """A picture of 16×16, to be patched."""
    out = io.BytesIO()
    Image.new(mode, (16, 16)).save(out, form, **options)
    return bytearray(out.getvalue())


def patched(data: bytearray, place: int, form: str, *values: int) -> bytes:
    struct.pack_into(form, data, place, *values)
    return bytes(data)


def png(width: int = W, height: int = H) -> bytes:
    data = saved("PNG")
    struct.pack_into(">II", data, 16, width, height)
    return patched(data, 29, ">I", zlib.crc32(data[12:29]))


def jpeg() -> bytes:
    data = saved("JPEG")
    return patched(data, data.index(b"\xff\xc0") + 5, ">HH", H, W)


def tiff() -> bytes:
    tags = [(256, W), (257, H), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (279, 9)]
    packed = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + packed + bytes(4)


def big_tiff() -> bytes:
    tags = [(256, W), (257, H), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (279, 9)]
    packed = b"".join(struct.pack("<HHQQ", tag, 4, 1, value) for tag, value in tags)
    return b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, len(tags)) + packed + bytes(8)


def webp() -> bytes:
    data = saved("WEBP", quality=50)
    return patched(data, data.index(b"\x9d\x01\x2a") + 3, "<HH", 16383, 16383)


def webp_canvas() -> bytes:
    size = (W - 1).to_bytes(3, "little") + (H - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + size + bytes(saved("WEBP")[12:])
    return b"RIFF" + struct.pack("<I", len(body)) + body


def jpeg2000() -> bytes:
    data = saved("JPEG2000")
    struct.pack_into(">II", data, data.index(b"ihdr") + 4, H, W)
    return patched(data, data.index(b"\xff\x4f\xff\x51") + 8, ">II", W, H)


def avif() -> bytes:
    data = saved("AVIF")
    return patched(data, data.index(b"ispe") + 8, ">II", 16384, 16384)


def icon(frame: bytes) -> bytes:
    return struct.pack("<3H4B2H2I", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(frame), 22) + frame


def bitmap() -> bytes:
    return struct.pack("<IiiHHIIiiII", 40, W, 2 * H, 1, 32, 0, 0, 0, 0, 0, 0)


def cursor() -> bytes:
    return struct.pack("<3H4B2H2I", 0, 2, 1, 16, 16, 0, 0, 1, 32, 40, 22) + bitmap()


def pcx() -> bytes:
    return patched(saved("PCX"), 4, "<HHHH", 0, 0, 65534, 65534)


def dcx() -> bytes:
    return struct.pack("<III", 987654321, 12, 0) + pcx()


def fits() -> bytes:
    cards = [("SIMPLE", "T"), ("BITPIX", 8), ("NAXIS", 2), ("NAXIS1", W), ("NAXIS2", H)]
    text = b"".join(f"{key:<8}= {value:>20}".ljust(80).encode() for key, value in cards)
    return (text + b"END".ljust(80)).ljust(2880) + bytes(2880)


def fli() -> bytes:
    return struct.pack("<IHHHHHH", 128, 0xAF12, 1, 65535, 65535, 8, 3).ljust(400, b"\0")


def ftex() -> bytes:
    return b"FTEX" + struct.pack("<7i", 0, W, H, 1, 1, 1, 32) + struct.pack("<i", 9) + bytes(9)


def gbr() -> bytes:
    return struct.pack(">5I", 21, 1, W, H, 1) + b"\0"


def im() -> bytes:
    lines = (b"Image type: RGB image", b"Image size (x*y): %d*%d" % (W, H))
    return (b"\r\n".join(lines) + b"\r\n").ljust(511, b"\0") + b"\x1a" + bytes(512)


def mcidas() -> bytes:
    words = [0] * 64
    words[1], words[8], words[9], words[10], words[13] = 4, H, W, 1, 1
    return struct.pack("!64i", *words)


def msp() -> bytes:
    head = [0x6144, 0x4D6E, 65535, 65535, *[0] * 12]
    for word in head[:12]:
        head[12] ^= word
    return struct.pack("<16H", *head)


def pixar() -> bytes:
    head = bytearray(b"\200\350\0\0".ljust(1024, b"\0"))
    return patched(head, 416, "<HHxxxxHH", 65535, 65535, 14, 2)


def psd() -> bytes:
    return b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, H, W, 8, 3) + bytes(20)


def spider() -> bytes:
    words = [0.0] * 27
    words[0], words[1], words[4], words[11], words[12] = 1, H, 1, W, 1
    words[21], words[22] = 4 * W, 4 * W
    return struct.pack(">27f", *words).ljust(400, b"\0")


def heif() -> bytes:
    data = saved("HEIF")
    return patched(data, data.index(b"ispe") + 8, ">II", W, H)


def jxl() -> bytes:
    """A codestream of W×H pixels, sides of 30 bits each."""
    bits = (3 << 1) | (H - 1) << 3 | (3 << 36) | (W - 1) << 38
    return b"\xff\x0a" + bits.to_bytes(64, "little")


def camera() -> bytes:
    size = [(256, "long", struct.pack("<I", W)), (257, "long", struct.pack("<I", H))]
    return dng(np.zeros((8, 8)), more=size)


BOMBS: dict[str, Callable[[], bytes]] = {
    "AVIF": avif,
    "BMP": lambda: patched(saved("BMP"), 18, "<ii", W, H),
    "CUR": cursor,
    "DCX": dcx,
    "DDS": lambda: patched(saved("DDS"), 12, "<II", H, W),
    "DIB": lambda: patched(saved("DIB"), 4, "<ii", W, H),
    "FITS": fits,
    "FLI": fli,
    "FTEX": ftex,
    "GBR": gbr,
    "HEIF": heif,
    "GIF": lambda: patched(saved("GIF"), 6, "<HH", 65535, 65535),
    "ICO": lambda: icon(png()),
    "ICO of bitmaps": lambda: icon(bitmap()),
    "IM": im,
    "IMT": lambda: b"* a comment\nwidth %d\nheight %d\npixel n8\n\x0c" % (W, H),
    "JPEG": jpeg,
    "JXL": jxl,
    "JPEG2000": jpeg2000,
    "MCIDAS": mcidas,
    "MSP": msp,
    "PCX": pcx,
    "PIXAR": pixar,
    "PNG": png,
    "PPM": lambda: b"P6 %d %d 255\n" % (W, H),
    "PPM of 1 bit": lambda: b"P4 %d %d\n" % (W, H),
    "PPM of 16 bits": lambda: b"P6 %d %d 65535\n" % (W, H),
    "PSD": psd,
    "QOI": lambda: patched(saved("QOI"), 4, ">II", W, H),
    "SGI": lambda: patched(saved("SGI"), 6, ">HH", 65535, 65535),
    "SPIDER": spider,
    "SUN": lambda: struct.pack(">8I", 0x59A66A95, W, H, 24, 0, 1, 0, 0),
    "TGA": lambda: patched(saved("TGA"), 12, "<HH", 65535, 65535),
    "TIFF": tiff,
    "TIFF of 64 bits": big_tiff,
    "WEBP": webp,
    "WEBP canvas": webp_canvas,
    "XBM": lambda: b"#define a_width %d\n#define a_height %d\nstatic char a_bits[] = {" % (W, H),
    "XPM": lambda: b'/* XPM */\n"%d %d 1 1",\n"a c #000000",\n' % (W, H),
    "XVTHUMB": lambda: b"P7 332\n#\n%d %d 255\n" % (W, H),
    **({} if missing("rawpy") else {"TIFF of a camera": camera}),
}
ONE_SIZE_ONLY = {"PCD"}


def test_every_format_that_is_usual_has_a_bomb() -> None:
    """A later Pillow may read more; of those that are read today, none is left out."""
    known = {name.split(" ")[0] for name in BOMBS} | ONE_SIZE_ONLY
    assert known >= {"PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP", "PPM", "JPEG2000", "ICO", "TGA"}
    assert len(known) >= 34
    assert known - set(READABLE) <= {
        "AVIF",
        "HEIF",
        "JPEG2000",
        "JXL",
        "WEBP",
    }  # not in every build


@pytest.fixture(scope="module", params=["encode", "enhance"])
def outcome(
    request: pytest.FixtureRequest, llc: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, dict[str, str]]:
    """A batch of all bombs: how it ended, and its line about each."""
    folder = tmp_path_factory.mktemp("bombs")
    names = [name for name in BOMBS if name.split(" ")[0] in READABLE]
    for name in names:
        (folder / name).write_bytes(BOMBS[name]())
    done = llc.run(request.param, *names, "-o", "out/", cwd=folder)
    assert not (folder / "out").exists()
    *lines, last = done.err.splitlines()
    assert last == f"llc: {len(names)} of {len(names)} failed"
    return done, dict(zip(names, lines, strict=True))


def test_all_of_them_take_little_memory(outcome: tuple[Any, dict[str, str]]) -> None:
    done, _ = outcome
    assert (done.code, done.out) == (1, b"")
    assert done.grown_mb < MOST_MB


@pytest.mark.parametrize("name", BOMBS)
def test_each_is_refused_in_one_line(outcome: tuple[Any, dict[str, str]], name: str) -> None:
    _, lines = outcome
    if name.split(" ")[0] not in READABLE:
        pytest.skip("this Pillow does not read it")
    assert lines[name].startswith(f"llc: {name}: ")
    assert "above the limit of 100,000,000" in lines[name] or "Pillow refuses" in lines[name]
