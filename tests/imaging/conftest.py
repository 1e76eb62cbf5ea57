"""Builders of small files, written without the code under test."""

import io
import struct
import zlib
from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, TiffImagePlugin

from llcodec._arrays import Samples
from llcodec.imaging import Metadata, Picture, read_picture, write_picture

Array = NDArray[Any]

SRGB = [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169]]
SRGB += [[0.0139322, 0.0971045, 0.7141733]]
P3 = [[0.515102, 0.291965, 0.157153], [0.241182, 0.692236, 0.0665819]]
P3 += [[-0.00104941, 0.0418818, 0.784378]]
ADOBE = [[0.609741, 0.205276, 0.149181], [0.311117, 0.625671, 0.063214]]
ADOBE += [[0.019470, 0.060867, 0.744568]]
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def _chunk(kind: bytes, data: bytes) -> bytes:
    crc = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def build_png(
    samples: Array,
    *,
    trns: bytes = b"",
    interlace: bool = False,
    bits: int = 16,
    chunks: Iterable[tuple[bytes, bytes]] = (),
) -> bytes:
    height, width, channels = samples.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    starts = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4)]
    starts += [(2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    passes = [samples[y::dy, x::dx] for y, x, dy, dx in starts] if interlace else [samples]
    raw = b"".join(
        b"\0" + row.astype(">u2" if bits == 16 else "u1").tobytes()
        for samples_of_pass in passes
        if samples_of_pass.size
        for row in samples_of_pass
    )
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, int(interlace))
    out = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)
    out += b"".join(_chunk(k, d) for k, d in chunks)
    if trns:
        out += _chunk(b"tRNS", trns)
    return out + _chunk(b"IDAT", zlib.compress(raw)) + _chunk(b"IEND", b"")


def build_tiff(
    samples: Array,
    *,
    order: Literal["<", ">"] = "<",
    deflate: bool = False,
    extra: int | None = None,
    photo: int = 2,
    planar: int = 1,
    tags: Iterable[tuple[int, Any]] = (),
) -> bytes:
    height, width, channels = samples.shape
    directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=b"II" if order == "<" else b"MM")
    planes = [samples] if planar == 1 else list(np.moveaxis(samples, 2, 0))
    kind = samples.dtype.newbyteorder(order)
    strips = [plane.astype(kind).tobytes() for plane in planes]
    if deflate:
        strips = [zlib.compress(strip) for strip in strips]
    directory[256], directory[257] = width, height
    directory[258] = (8 * samples.itemsize,) * channels
    directory[259] = 8 if deflate else 1
    directory[262], directory[277], directory[278], directory[284] = photo, channels, height, planar
    if extra is not None:
        directory[338] = extra
    for tag, value in tags:
        directory[tag] = value
    directory[273] = tuple(int(n) for n in np.cumsum([0, *map(len, strips[:-1])]))
    directory[279] = tuple(map(len, strips))
    out = io.BytesIO()
    directory.save(out)
    return out.getvalue() + b"".join(strips)


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(v * 65536)) for v in values)


def build_profile(
    matrix: list[list[float]] | Array | None = None,
    curve: bytes | float | tuple[float, ...] = SRGB_CURVE,
    *,
    extra_tags: dict[bytes, bytes] | None = None,
    connection: bytes = b"XYZ ",
) -> bytes:
    """A matrix profile, or a grey one without a matrix; ``curve``: gamma or para type 3."""
    if isinstance(curve, bytes):
        trc = curve
    elif isinstance(curve, float):
        trc = struct.pack(">4sIIH2x", b"curv", 0, 1, round(curve * 256))
    else:
        trc = struct.pack(">4sIHH", b"para", 0, 3, 0) + _fixed(*curve)
    white = b"XYZ \0\0\0\0" + _fixed(0.9642, 1, 0.8249)
    tags = {b"wtpt": white}
    text = b"test\0"
    tags[b"desc"] = struct.pack(">4sII", b"desc", 0, len(text)) + text + bytes(78)
    tags[b"cprt"] = b"text\0\0\0\0none\0"
    if matrix is None and not extra_tags:
        tags[b"kTRC"] = trc
    elif matrix is not None:
        for name, column in zip("rgb", np.array(matrix).T, strict=True):
            tags[f"{name}XYZ".encode()] = b"XYZ \0\0\0\0" + _fixed(*column)
            tags[f"{name}TRC".encode()] = trc
    tags.update(extra_tags or {})
    body, table, at = b"", b"", 132 + 12 * len(tags)
    for tag, data in tags.items():
        table += struct.pack(">4sII", tag, at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    space = b"GRAY" if b"kTRC" in tags else b"RGB "
    head = struct.pack(">I4xI4s4s4s", at + len(body), 0x02400000, b"mntr", space, connection)
    head += bytes(12) + b"acsp" + bytes(28) + _fixed(0.9642, 1, 0.8249) + bytes(48)
    assert len(head) == 128
    return head + struct.pack(">I", len(tags)) + table + body


def build_table_profile() -> bytes:
    """An input profile of tables only: the corners of the RGB cube in Lab, 8 bits."""
    corners = np.array(np.meshgrid([0, 255], [0, 255], [0, 255], indexing="ij"), np.uint8)
    cube = Image.fromarray(np.ascontiguousarray(corners.reshape(3, 1, 8).transpose(1, 2, 0)))
    lab = ImageCms.ImageCmsTransform(
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")),
        "RGB",
        "LAB",
    ).apply(cube)
    nodes = np.array(lab, np.uint8).reshape(8, 3)
    nodes[:, 1:] ^= 128  # Pillow's LAB is signed, the profile's is not
    ramp = bytes(range(256)) * 3
    table = struct.pack(">4sIBBBx", b"mft1", 0, 3, 3, 2) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table += ramp + nodes.tobytes() + ramp
    return build_profile(extra_tags={b"A2B0": table}, connection=b"Lab ")


def build_exif(
    orientation: int | None = None, order: str = "<", description: bytes = b"dusk"
) -> bytes:
    """EXIF with a description stored out of line, and the orientation, if there is one."""
    entries: list[tuple[int, int, int, int | None]] = [(0x010E, 2, len(description) + 4, None)]
    if orientation is not None:
        entries.append((0x0112, 3, 1, orientation))
    at = 8 + 2 + 12 * len(entries) + 4
    out = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(entries))
    for tag, kind, count, value in entries:
        out += struct.pack(f"{order}HHI", tag, kind, count)
        out += struct.pack(
            f"{order}I" if value is None else f"{order}H2x", at if value is None else value
        )
    return out + bytes(4) + description + b"...\0"


XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="%d"/></x:xmpmeta>'


def noise(
    height: int,
    width: int,
    channels: int,
    dtype: type[np.uint8 | np.uint16] = np.uint8,
    seed: int = 0,
) -> Array:
    high = np.iinfo(dtype).max + 1
    return np.random.default_rng(seed).integers(0, high, (height, width, channels), dtype=dtype)


def rewrite(picture: Picture, form: str, **options: Any) -> Picture:
    return read_picture(written(picture, form, **options))


def written(picture: Picture, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    write_picture(picture, out, format=form, **options)
    return out.getvalue()


class Made:
    """The builders, as one fixture."""

    P3, ADOBE, SRGB, SRGB_CURVE, XMP = P3, ADOBE, SRGB, SRGB_CURVE, XMP
    png = staticmethod(build_png)
    tiff = staticmethod(build_tiff)
    profile = staticmethod(build_profile)
    table_profile = staticmethod(build_table_profile)
    exif = staticmethod(build_exif)
    noise = staticmethod(noise)
    rewrite = staticmethod(rewrite)
    written = staticmethod(written)

    @staticmethod
    def saved(image: Image.Image, form: str, **options: Any) -> bytes:
        out = io.BytesIO()
        image.save(out, form, **options)
        return out.getvalue()

    @staticmethod
    def described(pixels: Samples, **blocks: Any) -> Picture:
        return Picture(pixels, metadata=Metadata(**blocks))


@pytest.fixture
def made() -> type[Made]:
    return Made
