"""Random pictures for the soak test, and the checks of each after encoding and decoding."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from llcodec import container
from llcodec._arrays import Samples
from llcodec.codec.codec import Codec, Target
from llcodec.codec.decoder import synthesise
from llcodec.codec.latents import empty_plane, place_tile
from llcodec.container import Header
from llcodec.entropy.latent_coder import LatentCoder, TileLatents
from llcodec.entropy.walk import Latents
from llcodec.imaging import Metadata, Picture

LONGEST = 512  # pixels of a side
TILES = (64, 128, 192, 256, 2048)
_EXIF = b"II*\0\x08\0\0\0\0\0\0\0\0\0"  # no entries


@dataclass(frozen=True)
class Pair:
    """A picture, how to encode it, and the brightness (0…1) to decode it at."""

    picture: Picture
    quality: float
    tile_size: int
    brightness: float

    @property
    def kinds(self) -> tuple[str, ...]:
        """The special properties of the pair, for counting."""
        picture = self.picture
        tiles = -(-picture.width // self.tile_size) * -(-picture.height // self.tile_size)
        passed = {
            "alpha": picture.alpha is not None,
            "16 bits": picture.sixteen_bit,
            "grey": picture.grey,
            "several tiles": tiles > 1,
            "metadata": picture.metadata != Metadata(),
            "a single row or column": 1 in (picture.width, picture.height),
        }
        return tuple(name for name, true in passed.items() if true)


def random_pair(rng: np.random.Generator) -> Pair:
    """Return a pair of 1×1 to 512×512 pixels."""
    height, width = _sides(rng)
    grey, deep = rng.random(2) < 0.25
    pixels = _scene(rng, height, width, 1 if grey else 3)
    alpha = _scene(rng, height, width, 1)[..., 0] if rng.random() < 0.3 else None
    picture = Picture(
        pixels=_samples(np.broadcast_to(pixels, (height, width, 3)), deep=deep),
        alpha=None if alpha is None else _samples(alpha, deep=deep),
        grey=bool(grey),
        metadata=_metadata(rng),
    )
    brightness = float(rng.choice([0.0, 1.0, rng.random()]))
    return Pair(picture, float(rng.uniform(1, 8)), int(rng.choice(TILES)), brightness)


class Checker:
    """Encode and decode pairs with one codec, like a long-running program."""

    def __init__(self, model: str, device: str = "cpu") -> None:
        self._codec = Codec(model, device=device)
        made = self._codec.file.coder()
        self._coder = _Recording(made.networks, made.scale_tables, made.hyper_tables)
        self._codec._coder = self._coder  # the same, but it records the latents

    def problems(self, pair: Pair) -> list[str]:
        """Return what is wrong with a pair; the list should be empty."""
        picture = pair.picture
        self._coder.kept.clear()
        data = self._codec.encode(picture, Target(pair.quality), tile_size=pair.tile_size)
        header = self._codec.verify(data)
        expected = self._reconstruction(header, pair.brightness)
        decoded = self._codec.decode(data, brightness=pair.brightness)
        right = {
            "size": (header.width, header.height) == (picture.width, picture.height),
            "quality": header.quality_units == container.to_quality_units(pair.quality),
            "number of tiles": header.tile_count == len(self._coder.kept),
            "depth": decoded.pixels.dtype == picture.pixels.dtype,
            "kind": decoded.grey == picture.grey and _is_grey(decoded) >= picture.grey,
            "metadata": decoded.metadata == picture.metadata,
            "alpha": _same(decoded.alpha, picture.alpha),
            "pixels": decoded.pixels.shape == expected.shape and _close(decoded.pixels, expected),
        }
        return [name for name, is_right in right.items() if not is_right]

    def _reconstruction(self, header: Header, brightness: float) -> Samples:
        """Return the picture of the latents of the encoder."""
        plane = empty_plane(self._coder, header, None)
        for number, latents in enumerate(self._coder.kept):
            place_tile(plane, header, number, latents)
        return synthesise(self._codec.transforms, plane, header, brightness)


@dataclass(frozen=True)
class _Recording(LatentCoder):
    """A coder that records the latents of each tile that it encodes."""

    kept: list[Latents] = field(default_factory=list)

    def encode(self, *arguments: Any, **options: Any) -> tuple[bytes, TileLatents]:
        stream, latents = super().encode(*arguments, **options)
        self.kept.append(latents.y_hat)
        return stream, latents


def _sides(rng: np.random.Generator) -> tuple[int, int]:
    """Return sides, mostly log-uniform, so that small ones are as likely as large ones."""
    if rng.random() < 0.2:
        height, width = rng.integers(1, LONGEST + 1, 2)
    else:
        height, width = np.exp(rng.uniform(0, np.log(LONGEST + 1), 2)).astype(int)
    return int(height), int(width)


def _scene(rng: np.random.Generator, height: int, width: int, channels: int) -> NDArray[np.float32]:
    """Return a dark, smooth scene with noise, H×W×C in 0…1."""
    coarse = torch.from_numpy(rng.random((1, channels, 4, 5), np.float32) * 0.4)
    smooth = torch.nn.functional.interpolate(coarse, (height, width), mode="bilinear")
    noise = rng.normal(0, rng.choice([0, 0.01, 0.1]), (height, width, channels))
    values = smooth[0].permute(1, 2, 0).numpy() * rng.random() + noise
    return np.asarray(values.clip(0, 1), np.float32)


def _samples(values: NDArray[np.float32], *, deep: bool) -> Samples:
    white, kind = (65535, np.uint16) if deep else (255, np.uint8)
    return np.rint(values * white).astype(kind)


def _metadata(rng: np.random.Generator) -> Metadata:
    """Return blocks of random bytes, each with a probability of one half."""
    there = rng.random(3) < 0.5
    exif, icc, xmp = (rng.bytes(int(rng.integers(1, 3000))) if t else None for t in there)
    return Metadata(None if exif is None else _EXIF + exif, icc, xmp)


def _same(a: Samples | None, b: Samples | None) -> bool:
    return (a is None and b is None) or (
        a is not None and b is not None and bool(np.array_equal(a, b))
    )


def _close(a: Samples, b: Samples) -> bool:
    """Whether samples are equal within one level of 8 bits."""
    level = 257 if a.dtype == np.uint16 else 1
    return bool(np.abs(a.astype(np.int32) - b.astype(np.int32)).max() <= level)


def _is_grey(picture: Picture) -> bool:
    return bool((picture.pixels == picture.pixels[..., :1]).all())
