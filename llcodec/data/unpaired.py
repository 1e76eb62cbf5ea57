"""Unpaired training pictures: dark ones, and bright ones of other scenes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from llcodec._arrays import Floats, Pixels
from llcodec.data.pairs import holds_pairs, list_pairs, list_photographs, read_all
from llcodec.data.sampling import thumbnail_of
from llcodec.data.storage import Store, in_memory
from llcodec.errors import InputError

_SMALLEST_PART = 0.4  # the least share of a side of a photograph


@dataclass(frozen=True)
class Crop:
    """A crop of a picture, S×S×3 in [0, 1], and its position.

    ``small`` is the thumbnail of the complete picture, 100×150×3. ``top`` and ``left`` are the
    position of the crop in the complete picture, which has ``height``×``width`` pixels.
    """

    pixels: Floats
    small: Floats
    top: int
    left: int
    height: int
    width: int


@dataclass(frozen=True)
class Unpaired:
    """Dark and bright pictures, H×W×3 with 8 bits, and their thumbnails."""

    dark: tuple[Pixels, ...]
    bright: tuple[Pixels, ...]
    dark_thumbnails: tuple[Floats, ...]
    bright_thumbnails: tuple[Floats, ...]


def read_dark(folders: Sequence[Path], store: Store = in_memory) -> list[Pixels]:
    """Return the dark pictures of folders: all pictures, or the low ones of the split train.

    The high pictures of these pairs are left out. Raises InputError if there are none.
    """
    return _read(folders, "low", store)


def read_bright(folders: Sequence[Path], store: Store = in_memory) -> list[Pixels]:
    """Return the bright pictures of folders: all pictures, or the high ones of the split train.

    A high picture that several pairs share counts once. Raises InputError if there are none.
    """
    return _read(folders, "high", store)


def enlarged(pictures: Iterable[Pixels], factor: float, store: Store = in_memory) -> list[Pixels]:
    """Return pictures enlarged by ``factor``, at least 1; ``store`` keeps them.

    Photographs that were reduced for the web have more detail per pixel than those of a camera, so
    that a network learns from them to keep all fine grain.
    """
    return [store(_enlarged(pixels, factor)) for pixels in pictures]


def _enlarged(pixels: Pixels, factor: float) -> Pixels:
    height, width = (round(side * factor) for side in pixels.shape[:2])
    larger = Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC)
    return np.array(larger)


def gather_unpaired(
    dark: Sequence[Pixels], bright: Sequence[Pixels], store: Store = in_memory
) -> Unpaired:
    """Return dark and bright pictures with their thumbnails, which ``store`` keeps."""
    return Unpaired(
        tuple(dark),
        tuple(bright),
        tuple(store(thumbnail_of(pixels)) for pixels in dark),
        tuple(store(thumbnail_of(pixels)) for pixels in bright),
    )


class UnpairedSampler:
    """Draw crops of dark and of bright pictures; random numbers come from ``rng``.

    For the share ``parts`` of bright crops, the complete picture is a part of a photograph, so that
    a network cannot know the photographs by their thumbnails.
    """

    def __init__(self, pictures: Unpaired, rng: np.random.Generator, parts: float = 0.0) -> None:
        self.pictures, self.rng, self.parts = pictures, rng, parts

    def dark(self, size: int) -> Crop:
        """Return a random crop of ``size``×``size`` pixels of a dark picture, randomly mirrored."""
        return self._crop(self.pictures.dark, self.pictures.dark_thumbnails, size)

    def bright(self, size: int) -> Crop:
        """Return a random crop of a bright picture, like :meth:`dark`."""
        return self._crop(self.pictures.bright, self.pictures.bright_thumbnails, size, self.parts)

    def _crop(
        self, pictures: Sequence[Pixels], smalls: Sequence[Floats], size: int, parts: float = 0.0
    ) -> Crop:
        index = int(self.rng.integers(len(pictures)))
        whole, small = pictures[index], smalls[index]
        if parts and self.rng.random() < parts:
            whole = self._part(whole, size)
            small = thumbnail_of(whole)
        if self.rng.integers(2):
            whole, small = whole[:, ::-1], small[:, ::-1]
        height, width = whole.shape[:2]
        if min(height, width) < size:
            pad = ((0, max(0, size - height)), (0, max(0, size - width)), (0, 0))
            whole = np.pad(whole, pad, mode="symmetric")
        top = int(self.rng.integers(whole.shape[0] - size + 1))
        left = int(self.rng.integers(whole.shape[1] - size + 1))
        crop = whole[top : top + size, left : left + size].astype(np.float32) / np.float32(255)
        return Crop(crop, np.ascontiguousarray(small), top, left, height, width)

    def _part(self, whole: Pixels, size: int) -> Pixels:
        """Return a random part of a picture, each side of it at least ``size`` if possible."""
        within = []
        for length in whole.shape[:2]:
            kept = min(length, max(size, round(length * self.rng.uniform(_SMALLEST_PART, 1))))
            start = int(self.rng.integers(length - kept + 1))
            within.append(slice(start, start + kept))
        return whole[tuple(within)]


def _read(folders: Sequence[Path], half: str, store: Store) -> list[Pixels]:
    pictures: list[Pixels] = []
    for folder in folders:
        if not folder.is_dir():
            raise InputError(f"{folder}: no such folder")
        if not holds_pairs(folder):
            pictures += read_all(list_photographs(folder), store)
            continue
        halves = [getattr(files, half) for files in list_pairs(folder, "train")]
        if not halves:
            raise InputError(f"{folder}: no pairs of the split 'train'")
        pictures += read_all(list(dict.fromkeys(halves)), store)
    if not pictures:
        raise InputError(f"no pictures in {', '.join(map(str, folders)) or 'no folder'}")
    return pictures
