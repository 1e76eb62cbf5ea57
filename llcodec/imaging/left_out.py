"""List the parts of a file that are not read: frames, pages, gain maps, HDR transfer functions."""

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Final

from PIL.ImageFile import ImageFile

_ANIMATED: Final = frozenset({"GIF", "WEBP", "PNG", "AVIF"})
_MORE: Final = {"TIFF": "only the first page is read", "HEIF": "only the primary image is read"}
_TRANSFERS: Final = {16: "PQ", 18: "HLG"}  # ITU-T H.273
_MOST_CHUNKS: Final = 1000


def left_out(image: ImageFile, stream: IO[bytes]) -> tuple[str, ...]:
    """Return a line for each part of a file that reading leaves out or does not understand.

    Args:
        image: opened for this alone, since it may be moved to another frame.
        stream: its file; the position is undefined afterwards.
    """
    found = []
    if image.format in _ANIMATED | set(_MORE) and _has_more(image):
        found.append(_MORE.get(image.format or "", "only the first frame is read"))
    if image.format in ("JPEG", "MPO") and "mp" in image.info:
        found.append("only the first picture is read; a gain map or preview beside it is left out")
    if image.format == "HEIF" and (image.info.get("aux") or image.info.get("depth_images")):
        found.append("a gain map or depth map beside the image is left out")
    transfer = _TRANSFERS.get(_transfer(image, stream))
    if transfer is not None:
        found.append(f"its colours are {transfer} (cICP), and are read as if they were sRGB")
    return tuple(found)


def _transfer(image: ImageFile, stream: IO[bytes]) -> int:
    """Return the number of the transfer function; 0 if the file has none."""
    if image.format == "PNG":
        for kind, data in _chunks(stream):
            if kind == b"cICP" and len(data) == 4:
                return data[1]
    profile = image.info.get("nclx_profile")
    number = profile.get("transfer_characteristics", 0) if isinstance(profile, dict) else 0
    return number if isinstance(number, int) else 0


def _has_more(image: ImageFile) -> bool:
    with suppress(Exception):  # whatever is wrong with a second frame, the first one is read
        return bool(getattr(image, "is_animated", False))
    return False


def _chunks(stream: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the first bytes of the chunks of a PNG before its pixels."""
    stream.seek(8)
    for _ in range(_MOST_CHUNKS):
        head = stream.read(8)
        if len(head) < 8 or head[4:] == b"IDAT":
            return
        (length,) = struct.unpack(">I", head[:4])
        start = stream.tell()
        yield head[4:], stream.read(min(length, 4))
        stream.seek(start + length + 4)
