"""Read training pictures: pairs of a dark and a well-exposed picture, and plain photographs."""

import csv
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from llcodec._arrays import Pixels, Samples
from llcodec.data.storage import Store, in_memory
from llcodec.errors import InputError, LlcError
from llcodec.imaging import IMAGE_SUFFIXES, read_picture


@dataclass(frozen=True)
class Pair:
    """Two pictures of one scene, H×W×3 8-bit sRGB: ``low`` is dark, ``high`` is well exposed.

    ``source`` is the name of the folder of the pair, ``scene`` the name of its scene there.
    """

    name: str
    low: Pixels
    high: Pixels
    source: str = ""
    scene: str = ""


@dataclass(frozen=True)
class PairFiles:
    """The files of a pair, and the names of its folder and its scene."""

    low: Path
    high: Path
    source: str
    scene: str


def read_pixels(path: Path) -> Pixels:
    """Return the picture at ``path`` as H×W×3 8-bit sRGB.

    Raises InputError, with the path, if it cannot be read.
    """
    try:
        pixels = read_picture(path).pixels
    except LlcError as error:
        raise InputError(f"{path}: {error}") from error
    return eight_bits(pixels)


def eight_bits(pixels: Samples) -> Pixels:
    """Return pixels of 8 or 16 bits, rounded to 8."""
    if pixels.dtype == np.uint16:
        return np.round(pixels / 257).astype(np.uint8)
    return pixels.astype(np.uint8)


def read_pairs(root: Path, split: str) -> tuple[Pair, ...]:
    """Return the pairs of one split of a data set folder (see :func:`list_pairs`).

    Raises InputError if there are none, or one cannot be read.
    """
    files = list_pairs(root, split)
    if not files:
        raise InputError(f"{root}: no pairs of the split {split!r}")
    return read_files(files)


def list_pairs(root: Path, split: str) -> list[PairFiles]:
    """Return the files of one split of a data set folder.

    The folder contains either ``pairs.csv`` with the columns split, low and high (or ref), with
    paths relative to it, or the folders ``low/`` and ``high/`` with equal file names (one split).
    A pair's scene is what the column scene says, or else its high picture.
    Raises InputError if it contains neither.
    """
    source = root.resolve().name
    return [
        PairFiles(low, high, source, scene or str(high.relative_to(root)))
        for low, high, scene in _listed(root, split)
    ]


def read_files(files: Sequence[PairFiles], store: Store = in_memory) -> tuple[Pair, ...]:
    """Return pairs, whose pictures ``store`` keeps; pairs with the same high picture share it.

    Raises InputError if one cannot be read, or both pictures of a pair differ in size.
    """
    lows = read_all([pair.low for pair in files], store)
    unique = sorted({pair.high for pair in files})
    highs = dict(zip(unique, read_all(unique, store), strict=True))
    for pair, low in zip(files, lows, strict=True):
        if low.shape != highs[pair.high].shape:
            raise InputError(f"{pair.low} and {pair.high} differ in size")
    return tuple(
        Pair(pair.low.stem, low, highs[pair.high], pair.source, pair.scene)
        for pair, low in zip(files, lows, strict=True)
    )


def read_all(paths: Sequence[Path], store: Store = in_memory) -> list[Pixels]:
    """Return the pictures at ``paths`` as H×W×3 8-bit sRGB, which ``store`` keeps."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda path: store(read_pixels(path)), paths))


def holds_pairs(root: Path) -> bool:
    """Return whether a folder contains pairs (see :func:`list_pairs`)."""
    return (root / "pairs.csv").is_file() or (root / "low").is_dir()


def splits(root: Path) -> frozenset[str]:
    """Return the splits that a folder of pairs has.

    A folder without ``pairs.csv`` has no splits: all its pairs are for training and validation.
    """
    table = root / "pairs.csv"
    if not table.is_file():
        return frozenset({"train", "val"})
    return frozenset(row["split"] for row in _rows(table) if row.get("split"))


def _rows(table: Path) -> list[dict[str, str]]:
    try:
        with table.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{table}: not a CSV table in UTF-8") from error


def _listed(root: Path, split: str) -> Iterator[tuple[Path, Path, str]]:
    """Yield low and high picture of each pair of a split, and the scene if the table names it."""
    table = root / "pairs.csv"
    if table.is_file():
        for row in _rows(table):
            dark, bright = row.get("low"), row.get("high") or row.get("ref")
            if "split" not in row or not dark or not bright:
                raise InputError(f"{table}: needs the columns split, low and high (or ref)")
            if row["split"] == split:
                yield root / dark, root / bright, row.get("scene") or ""
        return
    for low in _images(root / "low"):
        yield low, root / "high" / low.relative_to(root / "low"), ""


def read_photographs(root: Path) -> tuple[Pixels, ...]:
    """Return all pictures below ``root`` as H×W×3 8-bit sRGB, in the order of their paths."""
    return tuple(read_all(list_photographs(root)))


def list_photographs(root: Path) -> list[Path]:
    """Return the paths of all pictures below ``root``; InputError if there are none."""
    paths = list(_images(root))
    if not paths:
        raise InputError(f"{root}: no pictures in this folder")
    return paths


def _images(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.suffix.lower() in IMAGE_SUFFIXES)
