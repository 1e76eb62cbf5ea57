"""Whole files that no encoder of ours writes, but that every reader must take."""

import torch

from llcodec.codec.codec import Codec
from llcodec.container import SIGNATURE, Container, Header, Tile, list_chunks, pack, unpack
from llcodec.container.framing import write_chunk
from llcodec.container.head_chunk import write_head

LATER_MINOR = 7


def chunks_of(data: bytes) -> list[bytes]:
    """Return the preamble, then each chunk of a file."""
    infos = list_chunks(data)
    return [
        data[: infos[0].offset],
        *(data[info.offset : info.offset + info.length + 12] for info in infos),
    ]


def of_a_later_minor_version(data: bytes) -> bytes:
    """Return the file as a later 1.x may write it, with chunks of its own among ours."""
    _, _, *rest = chunks_of(data)
    head = write_chunk(b"HEAD", write_head(unpack(data).header, LATER_MINOR))
    news, empty = write_chunk(b"neWs", b"of a later version"), write_chunk(b"zzZZ", b"")
    preamble = SIGNATURE + bytes([1, LATER_MINOR])
    return b"".join([preamble, head, news, *rest[:-1], empty, rest[-1]])


def without_tone(codec: Codec) -> bytes:
    """Return a file of a model with a tone network, but without tone numbers."""
    latents = 3 * torch.randn(16, 3, 2, generator=torch.manual_seed(50))
    return _of_latents(codec, latents, torch.zeros(8, 1, 1), 900)


def with_escapes(codec: Codec) -> bytes:
    """Return a file whose symbols lie far outside the tables, up to the largest there are."""
    generator = torch.manual_seed(51)
    latents = 4000 * torch.randn(16, 5, 6, generator=generator)
    latents[0, 0, :2] = torch.tensor([1e9, -1e9])
    hyper = (1000 * torch.randn(8, 2, 2, generator=generator)).round()
    hyper[0, 0, 0], hyper[1, 1, 1] = 1e9, -1e9
    return _of_latents(codec, latents, hyper, 2048)


def _of_latents(
    codec: Codec, latents: torch.Tensor, hyper: torch.Tensor, quality_units: int
) -> bytes:
    """Return a file of one tile with gained latents 16×h×w and hyper-latents 8×⌈h/4⌉×⌈w/4⌉."""
    stream, decoded = codec.file.coder().encode(latents.numpy(), hyper.numpy(), quality_units)
    header = Header(
        width=16 * latents.shape[2] - 5,
        height=16 * latents.shape[1] - 3,
        quality_units=quality_units,
        model_name=codec.file.name,
        model_hash=codec.file.short_hash,
        tile_size=128,
    )
    return pack(Container(header=header, tiles=(Tile(decoded.checksum(), stream),)))
