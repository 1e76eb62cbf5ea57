"""Pictures in memory: pairs of a dark and a well-exposed exposure, and plain photographs."""

import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llcodec.errors import InputError, LlcError
from llcodec.imaging import IMAGE_SUFFIXES, read_picture

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Pair:
    """One scene twice, H×W×3 8-bit sRGB each: ``low`` as shot in the dark, ``high`` as wanted.

    ``source`` is the name of the folder that the pair comes from.
    """

    name: str
    low: Pixels
    high: Pixels
    source: str = ""


def read_pixels(path: Path) -> Pixels:
    """Return the picture at ``path`` as H×W×3 8-bit sRGB.

    Raises InputError, with the path, if it cannot be read.
    """
    try:
        pixels = read_picture(path).pixels
    except LlcError as error:
        raise InputError(f"{path}: {error}") from error
    if pixels.dtype == np.uint16:
        return np.round(pixels / 257).astype(np.uint8)
    return pixels.astype(np.uint8)


def read_pairs(root: Path, split: str) -> tuple[Pair, ...]:
    """Return the pairs of one split of a data set folder.

    The folder holds either ``pairs.csv`` with the columns split, low and high (or ref), paths
    relative to it, or the folders ``low/`` and ``high/`` with equal file names (all one split).
    """
    rows = list(_listed(root, split))
    if not rows:
        raise InputError(f"{root}: no pairs of the split {split!r}")
    with ThreadPoolExecutor() as pool:
        lows = list(pool.map(read_pixels, (low for low, _ in rows)))
        unique = sorted({high for _, high in rows})  # several lows may share one high
        highs = dict(zip(unique, pool.map(read_pixels, unique), strict=True))
    for (low_path, high_path), low in zip(rows, lows, strict=True):
        if low.shape != highs[high_path].shape:
            raise InputError(f"{low_path} and {high_path} are not of one size")
    return tuple(
        Pair(low_path.stem, low, highs[high_path], root.resolve().name)
        for (low_path, high_path), low in zip(rows, lows, strict=True)
    )


def holds_pairs(root: Path) -> bool:
    """Return whether a folder is one of pairs (see :func:`read_pairs`)."""
    return (root / "pairs.csv").is_file() or (root / "low").is_dir()


def splits(root: Path) -> frozenset[str]:
    """Return the splits that a folder of pairs has.

    A folder without ``pairs.csv`` is not split: all its pairs serve for training and validation.
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
        raise InputError(f"{table}: not a table in UTF-8") from error


def _listed(root: Path, split: str) -> Iterator[tuple[Path, Path]]:
    table = root / "pairs.csv"
    if table.is_file():
        for row in _rows(table):
            dark, bright = row.get("low"), row.get("high") or row.get("ref")
            if "split" not in row or not dark or not bright:
                raise InputError(f"{table}: needs the columns split, low and high (or ref)")
            if row["split"] == split:
                yield root / dark, root / bright
        return
    for low in _images(root / "low"):
        yield low, root / "high" / low.relative_to(root / "low")


def read_photographs(root: Path) -> tuple[Pixels, ...]:
    """Return all pictures below ``root`` as H×W×3 8-bit sRGB, in the order of their paths."""
    paths = list(_images(root))
    if not paths:
        raise InputError(f"{root}: no pictures in this folder")
    with ThreadPoolExecutor() as pool:
        return tuple(pool.map(read_pixels, paths))


def _images(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.suffix.lower() in IMAGE_SUFFIXES)
