"""Whole files, from bytes to pixels, with the tiny models of the golden files.

python -m fuzz.engine decode CORPUS -max_total_time=60
"""

import zlib
from collections.abc import Iterator
from random import Random

import numpy as np

from fuzz.checks import attempt, expect
from fuzz.golden import golden_codecs, golden_files
from fuzz.mutation import Scramble, mutate_file
from fuzz.recoding import recoded_file
from llcodec import container
from llcodec._threads import thread_count, use_threads
from llcodec.codec.codec import Codec
from llcodec.codec.region import Region
from llcodec.container import Header, Limits
from llcodec.imaging import Picture

MAX_LENGTH = 4096
_LIMITS = Limits(max_pixels=1 << 14)  # more would only be slower


def one_input(data: bytes) -> None:
    """Decode and salvage bytes, and read them in one more way: all must agree about them."""
    header = attempt(container.read_header, data, _LIMITS)
    codecs = golden_codecs()
    codec = codecs.get(header.model_hash if header else b"") or next(iter(codecs.values()))
    picture = attempt(codec.decode, data, limits=_LIMITS)
    left = attempt(codec.salvage, data, limits=_LIMITS)
    if picture is not None:
        assert header is not None
        expect(left is not None and not left.problems and not left.lost, "salvage finds damage")
        assert left is not None
        size = picture.pixels.shape
        expect(size == (header.height, header.width, 3), f"pixels of {size}")
        expect(picture.sixteen_bit == header.sixteen_bit, "pixels of another depth")
        expect((picture.alpha is not None) == header.has_alpha, "alpha is lost")
        expect(np.array_equal(picture.pixels, left.picture.pixels), "salvage differs")
    if header is not None:
        rng = Random(zlib.crc32(data))
        rng.choice(_WAYS)(codec, data, header, picture, rng)


def _dark(codec: Codec, data: bytes, header: Header, whole: Picture | None, rng: Random) -> None:
    """Decode as shot, or nearly; salvage likewise."""
    dark = attempt(codec.decode, data, brightness=rng.choice((0.0, 0.3)), limits=_LIMITS)
    expect(whole is not None or dark is None, "what is broken can be shown as shot")
    attempt(codec.salvage, data, brightness=0.0, limits=_LIMITS)


def _small(codec: Codec, data: bytes, header: Header, whole: Picture | None, rng: Random) -> None:
    """Decode a preview."""
    most, brightness = rng.choice((1, 7, 64)), rng.choice((0.0, 1.0))
    small = attempt(codec.decode_small, data, most, brightness=brightness, limits=_LIMITS)
    expect(small is None or max(small.pixels.shape[:2]) <= most, "a preview too large")


def _part(codec: Codec, data: bytes, header: Header, whole: Picture | None, rng: Random) -> None:
    """Decode a region, which may reach beyond the picture."""
    left, top = rng.randrange(min(200, header.width)), rng.randrange(min(200, header.height))
    region = Region(left, top, rng.randint(1, 80), rng.randint(1, 80))
    part = attempt(codec.decode, data, region=region, limits=_LIMITS)
    size = (region.height, region.width, 3)
    expect(part is None or part.pixels.shape == size, "a region of another size")


def _only_checked(
    codec: Codec, data: bytes, header: Header, whole: Picture | None, rng: Random
) -> None:
    """Verify."""
    verified = attempt(codec.verify, data, limits=_LIMITS)
    expect((verified is None) == (whole is None), "decode and verify disagree")


def _side_by_side(
    codec: Codec, data: bytes, header: Header, whole: Picture | None, rng: Random
) -> None:
    """Decode tiles in two threads."""
    threads = thread_count()
    use_threads(2)
    try:
        picture = attempt(codec.decode, data, limits=_LIMITS)
    finally:
        use_threads(threads)
    expect((picture is None) == (whole is None), "threads decide what is broken")


_WAYS = (_dark, _small, _part, _only_checked, _side_by_side)


def seeds() -> Iterator[tuple[str, bytes]]:
    """Yield the inputs to start from."""
    return golden_files(MAX_LENGTH)


def mutate(data: bytes, max_size: int, seed: int, scramble: Scramble) -> bytes:
    """Return a changed input: damaged, or whole and absurd."""
    if seed % 4 == 0:
        recoded = recoded_file(data, seed, _LIMITS.max_pixels)
        if recoded is not None and len(recoded) <= max_size:
            return recoded
    return mutate_file(data, max_size, seed, scramble)
