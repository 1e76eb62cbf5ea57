"""Code latents and hyper-latents of one tile as a stream, and back.

Encoder and decoder go through the same integers in the same order; they differ only in where the
symbols of a group come from. Both return the latents that the decoder has.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from llcodec._bitstream import HYPER_STRIDE, LATENT_UNITS, SCALE_LEVELS
from llcodec.entropy.networks import EntropyNetworks
from llcodec.entropy.order import (
    MARGIN,
    Positions,
    coding_order,
    context_taps,
    gather_neighbours,
)
from llcodec.entropy.rans import SYMBOL_LIMIT, CoderTable, StreamReader, StreamWriter, Symbols
from llcodec.entropy.rdoq import bit_savings, rdo_quantise

_CHUNK = 4096  # positions that are gathered at once, to bound memory

Indices = NDArray[np.int64]
Exchange = Callable[[Indices, Tensor, Positions], Symbols]
Observer = Callable[[Indices, Symbols], None]


@dataclass(frozen=True)
class TileLatents:
    """The decoded latents of a tile, M×h×w in 1/64, and its hyper-latents, Z×⌈h/4⌉×⌈w/4⌉.

    Both hold integers in float64.
    """

    y_hat: Tensor
    z_hat: Tensor

    def checksum(self) -> int:
        """Return the CRC-32 of all values, hyper-latents first, as little-endian int32."""
        parts = (t.to(torch.int32).cpu().numpy().astype("<i4") for t in (self.z_hat, self.y_hat))
        crc = 0
        for part in parts:
            crc = zlib.crc32(part.tobytes(), crc)
        return crc


@dataclass(frozen=True)
class LatentCoder:
    """Codes the latents of tiles with one model's networks and tables."""

    networks: EntropyNetworks
    scale_tables: Sequence[CoderTable]
    hyper_tables: Sequence[CoderTable]

    @cached_property
    def _saved(self) -> Tensor:
        return bit_savings(self.scale_tables)

    def encode(
        self, y: Tensor, z_hat: Tensor, quality_units: int, written: Observer | None = None
    ) -> tuple[bytes, TileLatents]:
        """Return the stream of gained latents M×h×w and of hyper-latents, and what it decodes to.

        Symbols beyond ±32767 are clamped (no picture comes near). ``written`` is called with the
        scale indices and symbols of the latents.
        """
        writer = StreamWriter()
        z_hat = z_hat.double().round().clamp(-SYMBOL_LIMIT, SYMBOL_LIMIT)
        for channel, table in zip(_to_symbols(z_hat.flatten(1)), self.hyper_tables, strict=True):
            writer.put(channel, table)
        units = y.double() * LATENT_UNITS

        def quantise(index: Indices, mean: Tensor, at: Positions) -> Symbols:
            exact = (units[:, at.rows, at.columns] - mean) / LATENT_UNITS
            residual = rdo_quantise(exact.cpu(), torch.from_numpy(index), self._saved)
            symbols = _to_symbols(residual.clamp(-SYMBOL_LIMIT, SYMBOL_LIMIT))
            symbols[index == 0] = 0
            if written is not None:
                written(index, symbols)
            for level, where in _by_level(index):
                writer.put(symbols.reshape(-1)[where], self.scale_tables[level])
            return symbols

        y_hat = self._walk(z_hat, y.shape[-2], y.shape[-1], quality_units, quantise)
        return writer.finish(), TileLatents(y_hat, z_hat)

    def decode(self, stream: bytes, height: int, width: int, quality_units: int) -> TileLatents:
        """Return the h×w latents of a stream.

        Any bytes are safe to decode; a checksum tells wrong latents from the right ones.

        Raises:
            CorruptError: when it is not a valid stream.
        """
        reader = StreamReader(stream)
        small = -(-height // HYPER_STRIDE), -(-width // HYPER_STRIDE)
        rows = [reader.take(small[0] * small[1], table) for table in self.hyper_tables]
        device = self.networks.index_start.device
        z_hat = torch.from_numpy(np.stack(rows)).to(device, torch.float64).view(-1, *small)

        def read(index: Indices, mean: Tensor, at: Positions) -> Symbols:
            symbols = np.zeros(index.shape, np.int32)
            for level, where in _by_level(index):
                symbols.reshape(-1)[where] = reader.take(len(where), self.scale_tables[level])
            return symbols

        y_hat = self._walk(z_hat, height, width, quality_units, read)
        reader.finish()
        return TileLatents(y_hat, z_hat)

    def _walk(
        self, z_hat: Tensor, height: int, width: int, quality_units: int, exchange: Exchange
    ) -> Tensor:
        networks = self.networks
        hyper = networks.hyper_features(z_hat, height, width)
        start = networks.start_at(quality_units)
        taps = context_taps(networks.order)
        padded = hyper.new_zeros(networks.latents, height + 2 * MARGIN, width + 2 * MARGIN)
        for number, group in enumerate(coding_order(networks.order, height, width)):
            parts = [
                networks.parameters(
                    hyper[:, at.rows, at.columns],
                    gather_neighbours(padded, at, taps) if number else None,
                    start,
                )
                for at in group.chunks(_CHUNK)
            ]
            if not parts:
                continue
            index, mean = (torch.cat(side, 1) for side in zip(*parts, strict=True))
            symbols = exchange(index.long().cpu().numpy(), mean, group)
            y_hat = torch.from_numpy(symbols).to(mean) * LATENT_UNITS + mean
            padded[:, group.rows + MARGIN, group.columns + MARGIN] = y_hat
        return padded[:, MARGIN:-MARGIN, MARGIN:-MARGIN]


def _by_level(index: Indices) -> list[tuple[int, NDArray[np.int64]]]:
    """Return the flat places of each scale index that occurs, lowest first, but for index 0.

    Symbols at the lowest scale are their mean and are not coded at all.
    """
    flat = index.reshape(-1)
    order = np.argsort(flat, kind="stable")
    ends = np.cumsum(np.bincount(flat, minlength=SCALE_LEVELS))
    parts = np.split(order, ends[:-1])
    return [(level, part) for level, part in enumerate(parts) if level and len(part)]


def _to_symbols(values: Tensor) -> Symbols:
    symbols: Symbols = values.to(torch.int32).cpu().numpy()
    return symbols
