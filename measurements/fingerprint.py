"""Fingerprints of decoded tiles: of symbols, and of all scale indices and means.

Every reader checks the symbols. Indices and means decide how the next symbol is read, so they must
be identical as well, even if the symbols happen to be correct without.
"""

from dataclasses import dataclass
from hashlib import sha256

from llcodec._bitstream import STRIDE
from llcodec.container import Header, Tile
from llcodec.entropy.fixed_point import Whole
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.entropy.prediction import Levels


@dataclass(frozen=True)
class TilePrint:
    """Three hexadecimal digests.

    Attributes:
        symbols: CRC-32 of hyper-latents and latents, as in the ``TILE`` chunk.
        indices: SHA-256 of the scale indices, one byte each: position by position in coding
            order, channel by channel.
        means: SHA-256 of the means in 1/64, little-endian i32 each, in the same order.
    """

    symbols: str
    indices: str
    means: str


def tile_print(coder: LatentCoder, header: Header, number: int, tile: Tile) -> TilePrint:
    """Decode a tile and return its fingerprint, whether its checksum is right or not.

    Raises CorruptError if the stream cannot be that of any latents.
    """
    indices, means = sha256(), sha256()

    def predicted(levels: Levels, values: Whole) -> None:
        indices.update(levels.tobytes())
        means.update(values.astype("<i4").tobytes())

    _, _, width, height = header.tile_box(number)
    size = -(-height // STRIDE), -(-width // STRIDE)
    decoded = coder.decode(tile.stream, *size, header.quality_units, predicted)
    return TilePrint(f"{decoded.checksum():08x}", indices.hexdigest(), means.hexdigest())
