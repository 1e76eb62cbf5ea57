"""Training batches: crops, each with the thumbnail of its complete picture."""

import copy
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from llcodec._arrays import Floats, Pixels
from llcodec.data.darkening import darken, evenly_exposed, random_darkening, random_night
from llcodec.data.degrading import jpeg_coded, random_shrinking, shrunk
from llcodec.data.fusing import fuse
from llcodec.data.lamps import random_lighting
from llcodec.data.pairs import Pair
from llcodec.data.storage import Store, in_memory
from llcodec.errors import InputError, UnreadableImageError
from llcodec.nets.constants import THUMBNAIL_SIZE
from llcodec.nets.local_tone import places_within
from llcodec.nets.tone import thumbnail

# Low, high, the thumbnails of both, and the places of the pixels.
Sample = tuple[Floats, Floats, Floats, Floats, Floats]
ALL = slice(None)
Rng = np.random.Generator
D = TypeVar("D")
_MOST_BROKEN: Final = 100  # pictures that are drawn in the place of one


@dataclass(frozen=True)
class Batch:
    """Dark crops and their targets, B×3×S×S, and thumbnails of the complete pictures of both.

    Thumbnails are B×3×100×150; everything is in [0, 1]. ``places``, B×S×S×2, is where the pixels
    of crops lie in their pictures: (x, y) from −1 to 1, edge to edge.
    """

    low: Tensor
    high: Tensor
    low_thumbnail: Tensor
    high_thumbnail: Tensor
    places: Tensor

    def to(self, device: torch.device) -> "Batch":
        """Return the same batch on a device."""
        return Batch(*(getattr(self, f.name).to(device) for f in fields(self)))


@dataclass(frozen=True)
class Mix:
    """Shares of the kinds of training pictures; the remainder to 1 are unchanged bright pictures.

    ``lit`` are photographs that lamps light in part; their targets have half the contrast of light,
    in stops, between lit and unlit parts. Pairs of a folder whose name is in ``weights`` are drawn
    that many times as often as others. ``jitter`` makes dark pictures a little darker or brighter;
    ``turns`` adds rotations by 90° to mirroring.

    With ``by_scene``, all pairs of a scene are drawn together as often as one pair.
    ``fused`` is the share of what bright halves burn out that is taken from dark halves
    (:mod:`llcodec.data.fusing`). ``jpeg`` is the share of dark crops that were stored as JPEG,
    ``shrunk`` the share of crops whose pictures were larger. ``exposures`` are the least and the
    most light that darkened photographs keep, 1/60 and 1/2 where nothing is given.

    Raises InputError for shares that are negative or more than 1 together, and for weights that
    are negative or not finite.
    """

    pairs: float = 0.7
    darkened: float = 0.2
    lit: float = 0.0
    weights: Mapping[str, float] = field(default_factory=dict)
    jitter: bool = True
    turns: bool = True
    by_scene: bool = False
    fused: float = 0.0
    jpeg: float = 0.0
    shrunk: float = 0.0
    exposures: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Raise InputError for invalid shares and weights."""
        shares = (self.pairs, self.darkened, self.lit)
        # Decimal shares with the sum 1 can have a slightly larger sum in binary.
        if not (min(shares) >= 0 and sum(shares) <= 1 + 1e-9):
            raise InputError("shares of a mix must be at least 0, with a sum of at most 1")
        if not all(0 <= weight < math.inf for weight in self.weights.values()):
            raise InputError("weights of a mix must be finite and at least 0")
        if not all(0 <= share <= 1 for share in (self.fused, self.jpeg, self.shrunk)):
            raise InputError("the shares fused, jpeg and shrunk of a mix must be from 0 to 1")
        if self.exposures is not None and not 0 < self.exposures[0] <= self.exposures[1] <= 1:
            raise InputError("exposures of a mix must be above 0, rising, and at most 1")


class Pictures(Protocol):
    """What the crops of a batch are drawn from; the methods are those of :class:`Sources`.

    ``pair`` and ``photograph`` raise UnreadableImageError for a picture that turns out to be
    broken; another one is drawn in its place.
    """

    @property
    def scenes(self) -> Sequence[tuple[str, str]]: ...  # noqa: D102

    @property
    def photograph_count(self) -> int: ...  # noqa: D102

    def pair(self, index: int, /) -> tuple[Pair, Floats, Floats]: ...  # noqa: D102

    def photograph(self, index: int, /) -> tuple[Pixels, Floats]: ...  # noqa: D102


class Supply(Protocol):
    """The pictures of each batch; its method is that of :class:`Sources`."""

    def at(self, number: int, /) -> Pictures: ...  # noqa: D102


@dataclass(frozen=True)
class Sources:
    """Training pictures with their thumbnails (100×150×3 in [0, 1])."""

    pairs: tuple[Pair, ...]
    pair_thumbnails: tuple[tuple[Floats, Floats], ...]
    photographs: tuple[Pixels, ...]
    photograph_thumbnails: tuple[Floats, ...]

    def at(self, number: int) -> "Sources":
        """Return the pictures from which batch ``number`` is drawn: always the same."""
        return self

    @property
    def scenes(self) -> list[tuple[str, str]]:
        """The names of folder and scene of each pair."""
        return [(pair.source, pair.scene) for pair in self.pairs]

    @property
    def photograph_count(self) -> int:
        """The number of photographs."""
        return len(self.photographs)

    def pair(self, index: int) -> tuple[Pair, Floats, Floats]:
        """Return a pair and the thumbnails of both halves."""
        return (self.pairs[index], *self.pair_thumbnails[index])

    def photograph(self, index: int) -> tuple[Pixels, Floats]:
        """Return a photograph and its thumbnail."""
        return self.photographs[index], self.photograph_thumbnails[index]


def gather_sources(
    pairs: Sequence[Pair],
    photographs: Sequence[Pixels],
    store: Store = in_memory,
    *,
    fused: float = 0.0,
) -> Sources:
    """Return ``pairs`` and ``photographs`` with their thumbnails, which ``store`` keeps.

    Bright halves get the share ``fused`` of what they burn out from dark halves.
    """
    if fused:
        pairs = [replace(p, high=store(fuse(p.low, p.high, fused))) for p in pairs]
    highs = {id(p.high): p.high for p in pairs}
    of_highs = {key: store(thumbnail_of(high)) for key, high in highs.items()}
    return Sources(
        tuple(pairs),
        tuple((store(thumbnail_of(p.low)), of_highs[id(p.high)]) for p in pairs),
        tuple(photographs),
        tuple(store(thumbnail_of(p)) for p in photographs),
    )


def thumbnail_of(pixels: Pixels) -> Floats:
    """Return the thumbnail, 100×150×3 in [0, 1], of H×W×3 8-bit pixels."""
    whole = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255
    small: Floats = thumbnail(whole)[0].permute(1, 2, 0).numpy()
    return small


class CropSampler:
    """Draw batches; all random numbers come from ``rng``, whose state is part of checkpoints.

    Each picture of a batch has its own seed, so that several processes can draw the same batch and
    each compute only its part of it. Raises InputError if there are pairs, but the mix gives all of
    them the weight 0.
    """

    def __init__(self, pictures: Pictures, mix: Mix, rng: np.random.Generator) -> None:
        self.pictures, self.mix, self.rng = pictures, mix, rng
        scenes = pictures.scenes
        weights = np.array([mix.weights.get(source, 1.0) for source, _ in scenes])
        if mix.by_scene:
            times = Counter(scenes)
            weights /= np.array([times[scene] for scene in scenes])
        self.cumulative = np.cumsum(weights)
        if mix.pairs > 0 and scenes and self.cumulative[-1] == 0:
            raise InputError("the mix gives all pairs the weight 0")

    def drawing_from(self, rng: np.random.Generator) -> "CropSampler":
        """Return a sampler of the same pictures whose random numbers come from ``rng``."""
        other = copy.copy(self)
        other.rng = rng
        return other

    def crops(self, count: int, size: int, part: slice = ALL) -> Batch:
        """Return ``part`` of ``count`` crops of ``size``×``size`` pixels for the joint model."""
        return _stack([self._drawn(self._one, size, rng) for rng in self._generators(count)[part]])

    def thumbnails(self, count: int) -> Batch:
        """Return ``count`` thumbnails of complete pictures for the tone network."""
        return _stack([self._drawn(self._one, None, rng) for rng in self._generators(count)])

    def photographs(self, count: int, size: int, part: slice = ALL) -> Tensor:
        """Return ``part`` of ``count`` plain crops of photographs, B×3×S×S in [0, 1]."""
        generators = self._generators(count)[part]
        crops = [self._drawn(self._bright, size, rng)[0] for rng in generators]
        return torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2)

    def _generators(self, count: int) -> list[np.random.Generator]:
        return [np.random.default_rng(seed) for seed in self.rng.integers(2**63, size=count)]

    def _drawn(self, draw: Callable[[int | None, Rng], D], size: int | None, rng: Rng) -> D:
        """Return what ``draw`` returns; where a picture is broken, draw again."""
        for _ in range(_MOST_BROKEN):
            try:
                return draw(size, rng)
            except UnreadableImageError as error:
                broken = error
        raise broken

    def _one(self, size: int | None, rng: np.random.Generator) -> Sample:
        kind = rng.random()
        if kind < self.mix.pairs:
            return self._pair(size, rng)
        if kind < self.mix.pairs + self.mix.lit:
            return self._lit(size, rng)
        high, small, places = self._bright(size, rng)
        if kind >= self.mix.pairs + self.mix.lit + self.mix.darkened:
            return high, high, small, small, places
        how = random_darkening(rng, self._exposure(rng))
        low = self._stored(darken(high, how, rng), size, rng)
        return low, high, darken(small, how, None), small, places

    def _exposure(self, rng: np.random.Generator) -> float | None:
        """Draw the light that is left to a darkened photograph; None for the usual range."""
        if self.mix.exposures is None:
            return None
        return float(np.exp(rng.uniform(*np.log(self.mix.exposures))))

    def _stored(self, low: Floats, size: int | None, rng: np.random.Generator) -> Floats:
        """Return a dark crop as it was stored: some as JPEG."""
        if size is None or not self.mix.jpeg or rng.random() >= self.mix.jpeg:
            return low
        return jpeg_coded(low, rng)

    def _lit(self, size: int | None, rng: np.random.Generator) -> Sample:
        whole, small = self._photograph(rng)
        lighting, how = random_lighting(rng), random_night(rng)
        small_light = lighting.on_thumbnail(*whole.shape[:2])
        if size is None:
            crop, light, places = small, small_light, _PLACES
        else:
            (crop, light), places = self._crop(size, rng, whole, lighting.on(*whole.shape[:2]))
        wanted = evenly_exposed(how)
        return (
            self._stored(darken(crop, how, None if size is None else rng, light=light), size, rng),
            darken(crop, wanted, None, light=np.sqrt(light)),
            darken(small, how, None, light=small_light),
            darken(small, wanted, None, light=np.sqrt(small_light)),
            places,
        )

    def _bright(self, size: int | None, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
        """Return a photograph or a crop of it, its thumbnail, and the places of the pixels."""
        whole, small = self._photograph(rng)
        if size is None:
            return small, small, _PLACES
        (crop,), places = self._crop(size, rng, whole)
        return crop, small, places

    def _photograph(self, rng: np.random.Generator) -> tuple[Pixels, Floats]:
        if not self.pictures.photograph_count:
            raise InputError("training needs a folder of photographs")
        return self.pictures.photograph(int(rng.integers(self.pictures.photograph_count)))

    def _pair(self, size: int | None, rng: np.random.Generator) -> Sample:
        if not len(self.cumulative):
            raise InputError("training needs pairs of dark and bright pictures")
        drawn = rng.random() * self.cumulative[-1]
        index = int(np.searchsorted(self.cumulative, drawn, side="right"))
        pair, small, bright = self.pictures.pair(index)
        if size is None:
            low, high, places = small, bright, _PLACES
        else:
            (low, high), places = self._crop(size, rng, pair.low, pair.high)
        if not self.mix.jitter:
            return self._stored(low, size, rng), high, small, bright, places
        # Exposure jitter: the same scene a little darker or brighter, on the 8-bit grid.
        factor = np.float32(np.exp(rng.uniform(-0.4, 0.3)))
        jittered = np.clip(low * factor, 0, 1)
        if size is not None:
            jittered = np.round(jittered * 255) / np.float32(255)
        jittered = self._stored(jittered, size, rng)
        return jittered, high, np.clip(small * factor, 0, 1), bright, places

    def _crop(
        self, size: int, rng: np.random.Generator, *pictures: NDArray[Any]
    ) -> tuple[list[Floats], Floats]:
        """Return the same random crop, flip and turn of pictures of one size, 8 bits as [0, 1].

        With them comes where the pixels lie in the pictures, size×size×2.
        """
        height, width = whole = pictures[0].shape[:2]
        if min(height, width) < size:
            pad = ((0, max(0, size - height)), (0, max(0, size - width)), (0, 0))
            pictures = tuple(np.pad(p, pad, mode="symmetric") for p in pictures)
            height, width = pictures[0].shape[:2]
        side = size
        whole_pixels = all(picture.dtype == np.uint8 for picture in pictures)
        if self.mix.shrunk and whole_pixels and rng.random() < self.mix.shrunk:
            side = random_shrinking(size, min(height, width), rng)
        top = int(rng.integers(height - side + 1))
        left = int(rng.integers(width - side + 1))
        turns = int(rng.integers(4)) if self.mix.turns else 2 * int(rng.integers(2))
        flip = bool(rng.integers(2))
        crops = []
        for picture in pictures:
            crop = picture[top : top + side, left : left + side]
            crop = shrunk(crop, size) if side > size else crop
            white = 255 if picture.dtype == np.uint8 else 1
            crops.append(_turned(crop, turns, flip).astype(np.float32) / np.float32(white))
        return crops, _turned(_places(whole, (top, left), side, size), turns, flip)


class Draws:
    """Makes the sampler of each batch, from the pictures that a supply has for it."""

    def __init__(self, supply: Supply, mix: Mix) -> None:
        self._supply, self._mix = supply, mix
        self._last: CropSampler | None = None
        if isinstance(supply, Sources):
            self.sampler(0, np.random.default_rng(0))  # so that errors in the mix come early

    def sampler(self, number: int, rng: np.random.Generator) -> CropSampler:
        """Return the sampler of batch ``number``. Raises InputError like the sampler."""
        pictures = self._supply.at(number)
        if self._last is None or self._last.pictures is not pictures:
            self._last = CropSampler(pictures, self._mix, rng)
        return self._last.drawing_from(rng)


def _turned(crop: NDArray[Any], turns: int, flip: bool) -> NDArray[Any]:
    turned = np.rot90(crop, turns)
    return turned[:, ::-1] if flip else turned


def _places(whole: tuple[int, ...], corner: tuple[int, int], side: int, size: int) -> Floats:
    """Return where ``size``×``size`` pixels of a crop, ``side`` wide, lie in a picture."""
    steps = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * np.float32(side / size)
    down, right = (
        (steps + start) * np.float32(2 / length) - 1
        for start, length in zip(corner, whole, strict=True)
    )
    return np.stack(np.meshgrid(right, down), -1)


_PLACES = places_within(THUMBNAIL_SIZE, THUMBNAIL_SIZE)[0].numpy()  # of whole thumbnails


def _stack(samples: Sequence[Sample]) -> Batch:
    *pictures, places = (torch.from_numpy(np.stack(p)) for p in zip(*samples, strict=True))
    low, high, small, bright = (planes.permute(0, 3, 1, 2).contiguous() for planes in pictures)
    batch = Batch(low, high, small, bright, places)
    assert batch.low_thumbnail.shape[-2:] == THUMBNAIL_SIZE
    return batch
