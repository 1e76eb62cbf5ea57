"""Small files of every kind that data sets are made of."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Pixels = np.ndarray


def _pixels(seed: int, size: tuple[int, int]) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)


@pytest.fixture
def make_picture() -> Callable[..., Pixels]:
    """Write a picture of some height and width, and return its pixels."""

    def make(path: Path, seed: int = 0, size: tuple[int, int] = (4, 6)) -> Pixels:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = _pixels(seed, size)
        Image.fromarray(pixels).save(path)
        return pixels

    return make


@pytest.fixture
def make_array() -> Callable[..., Pixels]:
    """Write a picture as a .npy file, channels in BGR, and return its pixels in RGB."""

    def make(path: Path, seed: int = 0, size: tuple[int, int] = (4, 6)) -> Pixels:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = _pixels(seed, size)
        np.save(path, pixels[..., ::-1])
        return pixels

    return make


@pytest.fixture
def make_raw() -> Callable[..., None]:
    """Write an uncompressed DNG of a Bayer sensor that sees grey, brighter to the right."""

    def make(path: Path, height: int = 24, width: int = 32) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        mosaic = np.broadcast_to(np.linspace(1000, 40000, width), (height, width))
        path.write_bytes(_dng(mosaic.astype("<u2")))

    return make


_TYPES = {"bytes": (1, 1), "text": (2, 1), "short": (3, 2), "long": (4, 4), "ratio": (10, 8)}


def _dng(mosaic: Pixels) -> bytes:
    """A DNG file: one directory, the values that do not fit into it, and one strip."""
    matrix = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.204, 1.057)
    tags = [
        (254, "long", struct.pack("<I", 0)),
        (256, "long", struct.pack("<I", mosaic.shape[1])),
        (257, "long", struct.pack("<I", mosaic.shape[0])),
        (258, "short", struct.pack("<H", 16)),
        (259, "short", struct.pack("<H", 1)),  # not compressed
        (262, "short", struct.pack("<H", 32803)),  # colour filter array
        (271, "text", b"Maker\0"),
        (272, "text", b"Camera\0"),
        (273, "long", b"strip"),
        (277, "short", struct.pack("<H", 1)),
        (278, "long", struct.pack("<I", mosaic.shape[0])),
        (279, "long", struct.pack("<I", mosaic.nbytes)),
        (33421, "short", struct.pack("<HH", 2, 2)),
        (33422, "bytes", bytes([0, 1, 1, 2])),  # RGGB
        (50706, "bytes", bytes([1, 4, 0, 0])),  # version
        (50708, "text", b"Maker Camera\0"),
        (50717, "long", struct.pack("<I", 65535)),  # white level
        (50721, "ratio", b"".join(struct.pack("<ii", round(v * 10000), 10000) for v in matrix)),
        (50728, "ratio", struct.pack("<6i", *[1] * 6)),  # neutral as shot
        (50778, "short", struct.pack("<H", 21)),  # D65
    ]
    beyond = 8 + 2 + 12 * len(tags) + 4
    strip = beyond + sum(len(value) for _, _, value in tags if len(value) > 4 and value != b"strip")
    entries, values = b"", b""
    for tag, kind, raw in tags:
        number, length = _TYPES[kind]
        value = struct.pack("<I", strip) if raw == b"strip" else raw
        entries += struct.pack("<HHI", tag, number, len(value) // length)
        if len(value) > 4:
            entries += struct.pack("<I", beyond + len(values))
            values += value
        else:
            entries += value.ljust(4, b"\0")
    head = b"II*\0" + struct.pack("<IH", 8, len(tags))
    return head + entries + bytes(4) + values + mosaic.tobytes()
