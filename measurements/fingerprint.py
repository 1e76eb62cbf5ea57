"""Fingerprints of decoded tiles: of symbols, and of every scale index and mean used on the way.

Every reader checks the symbols. Indices and means decide how the next symbol is read, so they must
be identical as well, even where the symbols happen to be right without.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from hashlib import sha256

from torch import Tensor

from llcodec._bitstream import STRIDE
from llcodec.container import Header, Tile
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.entropy.networks import EntropyNetworks


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


@dataclass(frozen=True)
class _Watched(EntropyNetworks):
    """Networks that report each scale index and mean that they return, M×N at a time."""

    show: Callable[[Tensor, Tensor], None]

    def parameters(
        self, hyper: Tensor, neighbours: Tensor | None, start: Tensor
    ) -> tuple[Tensor, Tensor]:
        index, mean = super().parameters(hyper, neighbours, start)
        self.show(index, mean)
        return index, mean


def tile_print(coder: LatentCoder, header: Header, number: int, tile: Tile) -> TilePrint:
    """Decode a tile and return its fingerprint, whether its checksum is right or not.

    Raises CorruptError if the stream cannot be that of any latents.
    """
    indices, means = sha256(), sha256()

    def show(index: Tensor, mean: Tensor) -> None:
        # Position by position, so that it does not matter how many are computed at once.
        indices.update(index.T.contiguous().cpu().numpy().astype("u1").tobytes())
        means.update(mean.T.contiguous().cpu().numpy().astype("<i4").tobytes())

    parts = {part.name: getattr(coder.networks, part.name) for part in fields(EntropyNetworks)}
    watched = replace(coder, networks=_Watched(**parts, show=show))
    _, _, width, height = header.tile_box(number)
    size = -(-height // STRIDE), -(-width // STRIDE)
    decoded = watched.decode(tile.stream, *size, header.quality_units)
    return TilePrint(f"{decoded.checksum():08x}", indices.hexdigest(), means.hexdigest())
