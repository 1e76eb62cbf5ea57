"""The bytes of the chunks of version 1.1: resolution, notes, and flat areas."""

import struct
from collections.abc import Sequence
from typing import Final

from llcodec._metadata import Note, Resolution
from llcodec.container.flat_area import CORNERS, MAX_ROWS, FlatArea
from llcodec.container.header import Header
from llcodec.container.metadata_chunks import compressed, decompressed
from llcodec.errors import CorruptError

MAX_NOTES: Final = 1024
"""Notes of one file."""

_RESOLUTION: Final = struct.Struct("<II")
_AREA: Final = struct.Struct("<BHHHI")  # corner, red, green, blue, rows
_STEP: Final = 4  # bytes


def write_resolution(resolution: Resolution) -> bytes:
    """Return the payload of ``pHYs``."""
    return _RESOLUTION.pack(resolution.x, resolution.y)


def read_resolution(payload: bytes) -> Resolution:
    """Return the resolution in the payload of ``pHYs``.

    Raises:
        CorruptError: when the length or a value is wrong.
    """
    if len(payload) != _RESOLUTION.size:
        raise CorruptError(f"the pHYs chunk has {len(payload)} bytes, not {_RESOLUTION.size}")
    try:
        return Resolution(*_RESOLUTION.unpack(payload))
    except ValueError as error:
        raise CorruptError(f"the pHYs chunk has a wrong value: {error}") from error


def write_notes(notes: Sequence[Note]) -> bytes:
    """Return the payload of ``nOTE``."""
    return compressed(join_notes(notes))


def join_notes(notes: Sequence[Note]) -> bytes:
    """Return what the stream of ``nOTE`` decompresses to."""
    texts = (t for n in notes for t in (n.keyword, n.language, n.translated, n.text))
    return b"".join(text.encode("utf-8") + b"\0" for text in texts)


def read_notes(payload: bytes, limit: int) -> tuple[Note, ...]:
    """Return the notes in the payload of ``nOTE``; ``limit`` bounds their bytes.

    Raises:
        CorruptError: when they are too many or too long, or not four texts in UTF-8 each.
    """
    data = decompressed("nOTE", payload, limit)
    if data.count(b"\0") > 4 * MAX_NOTES:
        raise CorruptError(f"the nOTE chunk holds more than {MAX_NOTES} notes")
    *texts, rest = data.split(b"\0")
    if rest or not texts or len(texts) % 4:
        raise CorruptError("the nOTE chunk does not hold four texts for each note")
    try:
        words = [text.decode("utf-8") for text in texts]
        return tuple(
            Note(words[at], words[at + 3], words[at + 1], words[at + 2])
            for at in range(0, len(words), 4)
        )
    except ValueError as error:
        raise CorruptError("the nOTE chunk holds a note that is not one") from error


def write_flat_areas(areas: Sequence[FlatArea]) -> bytes:
    """Return the payload of ``fLAT``; there must be one area at least."""
    heads = b"".join(_AREA.pack(area.corner, *area.colour, len(area.lengths)) for area in areas)
    steps = [step for area in areas for step in area.steps]
    return bytes([len(areas)]) + heads + compressed(struct.pack(f"<{len(steps)}I", *steps))


def read_flat_areas(payload: bytes, header: Header) -> tuple[FlatArea, ...]:
    """Return the areas in the payload of ``fLAT``.

    Raises:
        CorruptError: when a value is wrong, or an area does not lie within the picture.
    """
    count = payload[0] if payload else 0
    start = 1 + count * _AREA.size
    if not 1 <= count <= CORNERS or len(payload) < start:
        raise CorruptError(f"the fLAT chunk must hold 1 to {CORNERS} areas")
    heads = list(_AREA.iter_unpack(payload[1:start]))
    rows = sum(head[4] for head in heads)
    if rows > MAX_ROWS:
        raise CorruptError(f"the fLAT chunk has {rows} rows, more than the limit of {MAX_ROWS}")
    data = decompressed("fLAT", payload[start:], _STEP * rows)
    if len(data) != _STEP * rows:
        raise CorruptError("the fLAT chunk does not hold a step for each row of its areas")
    areas, at = [], 0
    try:
        for corner, red, green, blue, number in heads:
            steps = struct.unpack_from(f"<{number}I", data, at)
            at += _STEP * number
            areas.append(FlatArea.of_steps(corner, (red, green, blue), header.width, steps))
            areas[-1].check_within(header)
    except ValueError as error:
        raise CorruptError(f"the fLAT chunk has a wrong value: {error}") from error
    if len({area.corner for area in areas}) < count:
        raise CorruptError("the fLAT chunk has two areas in one corner")
    return tuple(areas)
