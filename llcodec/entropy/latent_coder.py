"""Code latents and hyper-latents of one tile as a stream, and back.

Encoder and decoder go through the same integers in the same order; they differ only in where the
symbols of a group come from. Both return the latents that the decoder has.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from llcodec._bitstream import HYPER_STRIDE, LATENT_UNITS, SCALE_LEVELS
from llcodec.entropy.fixed_point import Whole
from llcodec.entropy.networks import EntropyNetworks
from llcodec.entropy.order import Positions
from llcodec.entropy.prediction import ChannelGroup, Levels
from llcodec.entropy.rans import SYMBOL_LIMIT, CoderTable, StreamReader, StreamWriter, Symbols
from llcodec.entropy.rdoq import bit_savings, rdo_quantise
from llcodec.entropy.walk import Latents, walk

Floats = NDArray[np.float32 | np.float64]
Written = Callable[[Levels, Symbols], None]
Predicted = Callable[[Levels, Whole], None]


@dataclass(frozen=True)
class TileLatents:
    """The decoded latents of a tile, M×h×w in 1/64, and its hyper-latents, Z×⌈h/4⌉×⌈w/4⌉."""

    y_hat: Latents
    z_hat: Latents

    def in_steps(self) -> NDArray[np.float32]:
        """Return the latents M×h×w in quantisation steps."""
        return np.asarray(self.y_hat / np.float32(LATENT_UNITS), np.float32)

    def checksum(self) -> int:
        """Return the CRC-32 of all values, hyper-latents first, as little-endian int32."""
        crc = 0
        for part in (self.z_hat, self.y_hat):
            crc = zlib.crc32(np.ascontiguousarray(part, "<i4").data, crc)
        return crc


@dataclass(frozen=True)
class LatentCoder:
    """Codes the latents of tiles with one model's networks and tables."""

    networks: EntropyNetworks
    scale_tables: Sequence[CoderTable]
    hyper_tables: Sequence[CoderTable]

    @cached_property
    def _saved(self) -> NDArray[np.float64]:
        return bit_savings(self.scale_tables)

    def encode(
        self, y: Floats, z_hat: Floats | Latents, quality_units: int, written: Written | None = None
    ) -> tuple[bytes, TileLatents]:
        """Return the stream of gained latents M×h×w and of hyper-latents, and what it decodes to.

        Symbols beyond ±32767 are clamped (no picture comes near). ``written`` is called with the
        scale indices and symbols of the latents.
        """
        writer = StreamWriter()
        hyper = _to_symbols(np.rint(z_hat))
        for channel, table in zip(hyper, self.hyper_tables, strict=True):
            writer.put(channel.reshape(-1), table)
        units = np.moveaxis(y, 0, -1).astype(np.float64) * LATENT_UNITS

        def quantise(group: ChannelGroup, at: Positions, levels: Levels, means: Whole) -> Symbols:
            exact = (units[at.rows, at.columns, group.channels] - means) / LATENT_UNITS
            symbols = _to_symbols(rdo_quantise(exact, levels, self._saved))
            symbols[levels == 0] = 0
            if written is not None:
                written(levels, symbols)
            in_order = symbols.T.reshape(-1)
            for level, where in _by_level(levels):
                writer.put(in_order[where], self.scale_tables[level])
            return symbols

        y_hat = walk(self.networks, hyper, (y.shape[1], y.shape[2]), quality_units, quantise)
        return writer.finish(), TileLatents(y_hat, hyper)

    def decode(
        self,
        stream: bytes,
        height: int,
        width: int,
        quality_units: int,
        predicted: Predicted | None = None,
    ) -> TileLatents:
        """Return the h×w latents of a stream.

        Any bytes are safe to decode; a checksum tells wrong latents from the right ones.
        ``predicted`` is called with the scale indices and means of each step, N×C each.

        Raises:
            CorruptError: when it is not a valid stream.
        """
        reader = StreamReader(stream)
        small = -(-height // HYPER_STRIDE), -(-width // HYPER_STRIDE)
        rows = [reader.take(small[0] * small[1], table) for table in self.hyper_tables]
        z_hat = np.stack(rows).reshape(-1, *small)

        def read(group: ChannelGroup, at: Positions, levels: Levels, means: Whole) -> Symbols:
            if predicted is not None:
                predicted(levels, means)
            symbols = np.zeros(levels.size, np.int32)
            for level, where in _by_level(levels):
                symbols[where] = reader.take(len(where), self.scale_tables[level])
            return symbols.reshape(levels.shape[::-1]).T

        y_hat = walk(self.networks, z_hat, (height, width), quality_units, read)
        reader.finish()
        return TileLatents(y_hat, z_hat)


def _by_level(levels: Levels) -> list[tuple[int, NDArray[np.int64]]]:
    """Return the places of each scale index that occurs, lowest first, but for index 0.

    Places are counted channel by channel, and position by position within a channel. Symbols at
    the lowest scale are their mean and are not coded at all.
    """
    flat = levels.T.reshape(-1)
    order = np.argsort(flat, kind="stable")
    ends = np.cumsum(np.bincount(flat, minlength=SCALE_LEVELS))
    parts = np.split(order, ends[:-1])
    return [(level, part) for level, part in enumerate(parts) if level and len(part)]


def _to_symbols(values: Floats) -> Symbols:
    """Return whole numbers as symbols, clamped to what a stream can hold."""
    return np.clip(values, -SYMBOL_LIMIT, SYMBOL_LIMIT).astype(np.int32)
