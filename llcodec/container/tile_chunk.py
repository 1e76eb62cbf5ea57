"""The bytes of a ``TILE`` chunk."""

import struct
from typing import Final

from llcodec.container.contents import Tile
from llcodec.errors import CorruptError

# index in raster order, checksum of the decoded latents
_FIXED: Final = struct.Struct("<II")

TILE_OVERHEAD: Final = _FIXED.size
"""Bytes of a tile's payload that are not its stream."""


def write_tile(index: int, tile: Tile) -> bytes:
    """Return the payload of ``TILE`` for the tile of this raster index (0 to 2^32 - 1)."""
    return _FIXED.pack(index, tile.checksum) + tile.stream


def read_tile(payload: bytes) -> tuple[int, Tile]:
    """Return the raster index and the tile in the payload of ``TILE``.

    Raises:
        CorruptError: when the payload is too short.
    """
    if len(payload) < TILE_OVERHEAD:
        raise CorruptError(f"a TILE chunk is too short: it has {len(payload)} bytes")
    index, checksum = _FIXED.unpack_from(payload)
    return index, Tile(checksum, payload[TILE_OVERHEAD:])
