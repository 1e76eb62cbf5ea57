"""Write small DNG files: the raw files of a camera that never was."""

import struct
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

Tag = tuple[int, str, bytes]  # number, type, value

_TYPES = {"bytes": (1, 1), "text": (2, 1), "short": (3, 2), "long": (4, 4), "ratio": (10, 8)}
_MATRIX = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.204, 1.057)


def dng(mosaic: NDArray[Any], *, more: Sequence[Tag] = (), exif: Sequence[Tag] = ()) -> bytes:
    """Return an uncompressed DNG of a Bayer sensor of sRGB's colours, in the light of D65.

    Args:
        mosaic: H×W, what the sensor saw, 0 to 65535.
        more: further tags of the first directory.
        exif: tags of the Exif directory; none by default.
    """
    samples = mosaic.astype("<u2")
    height, width = samples.shape
    tags = [
        (254, "long", struct.pack("<I", 0)),
        (256, "long", struct.pack("<I", width)),
        (257, "long", struct.pack("<I", height)),
        (258, "short", struct.pack("<H", 16)),
        (259, "short", struct.pack("<H", 1)),  # not compressed
        (262, "short", struct.pack("<H", 32803)),  # colour filter array
        (271, "text", b"Maker\0"),
        (272, "text", b"Camera\0"),
        (273, "long", b"strip"),
        (277, "short", struct.pack("<H", 1)),
        (278, "long", struct.pack("<I", height)),
        (279, "long", struct.pack("<I", samples.nbytes)),
        (33421, "short", struct.pack("<HH", 2, 2)),
        (33422, "bytes", bytes([0, 1, 1, 2])),  # RGGB
        (50706, "bytes", bytes([1, 4, 0, 0])),  # version
        (50708, "text", b"Maker Camera\0"),
        (50717, "long", struct.pack("<I", 65535)),  # white level
        (50721, "ratio", b"".join(struct.pack("<ii", round(v * 10000), 10000) for v in _MATRIX)),
        (50728, "ratio", struct.pack("<6i", *[1] * 6)),  # neutral as shot
        (50778, "short", struct.pack("<H", 21)),  # D65
    ]
    replaced = {number for number, _, _ in more}
    tags = [tag for tag in tags if tag[0] not in replaced] + list(more)
    if exif:
        tags.append((34665, "long", b"exif"))
    tags.sort()
    # The lengths are known before the places are.
    first = len(_directory(tags, 8, {}))
    below = _directory(exif, 8 + first, {}) if exif else b""
    places = {b"exif": 8 + first, b"strip": 8 + first + len(below)}
    return b"II*\0\x08\0\0\0" + _directory(tags, 8, places) + below + samples.tobytes()


def _directory(tags: Sequence[Tag], start: int, places: dict[bytes, int]) -> bytes:
    beyond = start + 2 + 12 * len(tags) + 4
    entries, values = struct.pack("<H", len(tags)), b""
    for tag, kind, raw in tags:
        number, length = _TYPES[kind]
        value = struct.pack("<I", places.get(raw, 0)) if raw in (b"strip", b"exif") else raw
        entries += struct.pack("<HHI", tag, number, len(value) // length)
        if len(value) > 4:
            entries += struct.pack("<I", beyond + len(values))
            values += value
        else:
            entries += value.ljust(4, b"\0")
    return entries + bytes(4) + values
