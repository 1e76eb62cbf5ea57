"""The entropy decoder on arbitrary bytes.

    python -m fuzz.engine entropy CORPUS -max_total_time=60

An input is five bytes (model, quality, height, width) and a stream.
"""

import random
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from fuzz.checks import attempt, expect
from fuzz.golden import golden_coders, golden_files
from fuzz.mutation import Scramble
from fuzz.recoding import random_stream
from llcodec import container
from llcodec._bitstream import LATENT_UNITS, STRIDE
from llcodec.entropy.fixed_point import WIDE_LIMIT
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.errors import LlcError

MAX_LENGTH = 4096
_SYMBOLS = 2**15  # no symbol is further from 0
_HEAD = 5
_MOST = 8  # latents a side
_QUALITIES = 2048 - 256 + 1


class Task(NamedTuple):
    """The request that an input encodes."""

    coder: LatentCoder
    quality_units: int
    height: int
    width: int
    stream: bytes


def _task_of(data: bytes) -> Task:
    """Return what any bytes ask for."""
    head = data[:_HEAD].ljust(_HEAD, b"\0")
    coders = list(golden_coders().values())
    return Task(
        coders[head[0] % len(coders)],
        256 + int.from_bytes(head[1:3], "little") % _QUALITIES,
        1 + head[3] % _MOST,
        1 + head[4] % _MOST,
        data[_HEAD:],
    )


def one_input(data: bytes) -> None:
    """Decode a stream; what it decodes to can be coded, and the coder's two ends agree on it."""
    coder, quality, height, width, stream = _task_of(data)
    found = attempt(coder.decode, stream, height, width, quality)
    if found is None:
        return
    expect(found.y_hat.shape == (coder.networks.latents, height, width), "another size")
    for values, most in (
        (found.z_hat, _SYMBOLS),
        (found.y_hat, _SYMBOLS * LATENT_UNITS + WIDE_LIMIT),
    ):
        expect(values.dtype == np.int32, "latents that are not whole")
        expect(int(np.abs(values).max()) <= most, "latents out of range")
    again, seen = coder.encode(found.y_hat / LATENT_UNITS, found.z_hat, quality)
    back = coder.decode(again, height, width, quality)
    expect(np.array_equal(back.y_hat, seen.y_hat), "other latents")
    expect(np.array_equal(back.z_hat, seen.z_hat), "other hyper-latents")


def seeds() -> Iterator[tuple[str, bytes]]:
    """Yield the streams of golden files whose tiles are small enough."""
    hashes = list(golden_coders())
    for name, data in golden_files(MAX_LENGTH):
        try:
            file = container.unpack(data)
            model = hashes.index(file.header.model_hash)
        except (LlcError, ValueError):
            continue
        quality = (file.header.quality_units - 256).to_bytes(2, "little")
        for number, tile in enumerate(file.tiles[:20]):
            size = [-(-n // STRIDE) for n in file.header.tile_box(number)[2:]]
            if max(size) <= _MOST:
                head = bytes([model, *quality, size[1] - 1, size[0] - 1])
                yield f"{name}-{number}", head + tile.stream


def mutate(data: bytes, max_size: int, seed: int, scramble: Scramble) -> bytes:
    """Return a changed input: scrambled, or a stream that is right and absurd."""
    if seed % 4 == 0:
        task = _task_of(data)
        size = task.height, task.width
        stream, _ = random_stream(task.coder, *size, task.quality_units, random.Random(seed))
        mutated = data[:_HEAD].ljust(_HEAD, b"\0") + stream
        if len(mutated) <= max_size:
            return mutated
    return scramble(data, max_size)
