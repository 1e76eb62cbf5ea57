"""Forge files and streams with valid checksums that decode to absurd pictures."""

import random
from dataclasses import replace

import torch
from torch import Tensor

from fuzz.golden import golden_coders
from llcodec import container
from llcodec._bitstream import LATENT_UNITS, STRIDE, TONE_COUNT
from llcodec.container import Header, Tile
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.errors import LlcError

_SPREADS = (0.3, 3.0, 300.0, 1e5, 1e9)


def recoded_file(data: bytes, seed: int, max_pixels: int) -> bytes | None:
    """Return the file with other latents and header fields, and valid checksums.

    None where it cannot be decoded to begin with.
    """
    rng = random.Random(seed)
    try:
        file = container.unpack(data, container.Limits(max_pixels=max_pixels))
        coder = golden_coders().get(file.header.model_hash)
        if coder is None:
            return None
        header = _changed(file.header, rng)
        tiles = [_recoded(coder, header, number, rng) for number in range(header.tile_count)]
        # One of the old tiles stays: its checksum must still reveal it.
        if len(tiles) > 1 and rng.random() < 0.2:
            tiles[0] = file.tiles[0]
        return container.pack(replace(file, header=header, tiles=tuple(tiles)))
    except (LlcError, ValueError):
        return None


def _changed(header: Header, rng: random.Random) -> Header:
    """Return the header of a picture with the same grid, shown in another way."""
    tone = header.tone
    if tone is not None and rng.random() < 0.7:
        whole = (rng.choice((old, 0, rng.randint(-32768, 32767))) for old in tone[:TONE_COUNT])
        tone = (*whole, *_local_part(rng)) if rng.random() < 0.5 else tuple(whole)
    return replace(
        header,
        tone=tone,
        grey=header.grey != (rng.random() < 0.1),
        quality_units=rng.choice((256, 2048, header.quality_units, rng.randint(256, 2048))),
    )


def _local_part(rng: random.Random) -> tuple[int, ...]:
    """Return what a local tone curve has beside its first 15 numbers."""
    toes = (rng.choice((0, 32767, rng.randint(0, 32767))) for _ in range(3))
    exposures = (rng.choice((0, 127, -127, rng.randint(-127, 127))) for _ in range(24))
    return (*toes, rng.choice((1, 32767, rng.randint(1, 32767))), *exposures)


def _recoded(coder: LatentCoder, header: Header, number: int, rng: random.Random) -> Tile:
    _, _, width, height = header.tile_box(number)
    size = -(-height // STRIDE), -(-width // STRIDE)
    stream, checksum = random_stream(coder, *size, header.quality_units, rng)
    return Tile(checksum, stream)


def random_stream(
    coder: LatentCoder, height: int, width: int, quality_units: int, rng: random.Random
) -> tuple[bytes, int]:
    """Return the stream of random h×w latents, some of them absurd, and its checksum."""
    generator = torch.Generator().manual_seed(rng.getrandbits(32))
    y = _noise((coder.networks.latents, height, width), rng, generator)
    small = -(-height // 4), -(-width // 4)
    z = _noise((len(coder.hyper_tables), *small), rng, generator).round()
    stream, decoded = coder.encode(y.numpy(), z.numpy(), quality_units)
    return stream, decoded.checksum()


def _noise(shape: tuple[int, ...], rng: random.Random, generator: torch.Generator) -> Tensor:
    noise = rng.choice(_SPREADS) * torch.randn(shape, generator=generator)
    if rng.random() < 0.5:  # a few absurd ones among ordinary ones
        rare = torch.rand(shape, generator=generator) < 0.02
        noise = torch.where(rare, noise * 1e4, noise / noise.abs().max().clamp(min=1))
    whole: Tensor = (noise * LATENT_UNITS).round() / LATENT_UNITS
    return whole
