"""Tiles leave no seams: shipped weights, real photographs, and a seam of our own to be found.

A seam is a step that lies on tile borders and nowhere else. The step at a column is how much
steeper it is than its two neighbours, over all rows. What the photograph itself does there is taken
off: the same picture coded in one piece has no tile borders. The latents' own grid, 16 pixels, is
in both, so borders are compared with the other columns of that grid.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from llcodec.codec.codec import Codec, Target
from llcodec.codec.region import Region
from llcodec.container import read_header
from llcodec.imaging import Picture, read_picture

EXAMPLES = Path(__file__).parents[1] / "examples"
PHOTOGRAPHS = ("lantern.jpg", "blue_hour.jpg", "fern.jpg")
TILE, GRID, QUALITY = 64, 16, 4.0
SMALL = (180, 240)
NO_SEAM, SEAM = 3.5, 5.0  # standard deviations of what chance does

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Coded:
    """A photograph, decoded from many tiles and from one, and the file of many."""

    tiled: Floats
    whole: Floats
    data: bytes


@cache
def codec() -> Codec:
    return Codec("fast", device="cpu")


@cache
def coded(name: str, size: tuple[int, int] = (320, 384)) -> Coded:
    height, width = size
    pixels = read_picture(EXAMPLES / name).pixels[100 : 100 + height, 300 : 300 + width]
    picture = Picture(np.ascontiguousarray(pixels))
    data = codec().encode(picture, Target(QUALITY), tile_size=TILE)
    whole = codec().encode(picture, Target(QUALITY))
    return Coded(codec().decode(data).pixels * 1.0, codec().decode(whole).pixels * 1.0, data)


def steps(pixels: Floats) -> Floats:
    """How much steeper each column's left side is than its neighbours', from column 2 on."""
    slopes = np.abs(np.diff(pixels.mean(2), axis=1)).mean(0)
    return np.asarray(slopes[1:-1] - (slopes[:-2] + slopes[2:]) / 2)


def seam_strength(pixels: Floats, reference: Floats) -> float:
    """By how many standard deviations the steps on tile borders exceed those on the rest."""
    on_borders, elsewhere = [], []
    for turn in ((0, 1, 2), (1, 0, 2)):  # columns, then rows
        excess = steps(pixels.transpose(turn)) - steps(reference.transpose(turn))
        column = np.arange(len(excess)) + 2
        on_borders += list(excess[column % TILE == 0])
        elsewhere += list(excess[(column % GRID == 0) & (column % TILE != 0)])
    chance = np.var(elsewhere) * (1 / len(on_borders) + 1 / len(elsewhere))
    return float((np.mean(on_borders) - np.mean(elsewhere)) / np.sqrt(chance))


def with_seams(pixels: Floats, levels: float) -> Floats:
    """Every other tile brighter by some levels, as on a chessboard."""
    rows, columns = (np.arange(n) // TILE for n in pixels.shape[:2])
    return pixels + ((rows[:, None] + columns[None]) % 2)[..., None] * levels


def together(strengths: list[float]) -> float:
    """One figure for several pictures (Stouffer)."""
    return float(np.sum(strengths) / np.sqrt(len(strengths)))


def test_steps_on_tile_borders_are_like_those_elsewhere() -> None:
    found, added = [], []
    for name in PHOTOGRAPHS:
        picture = coded(name)
        found.append(seam_strength(picture.tiled, picture.whole))
        added.append(seam_strength(with_seams(picture.tiled, levels=2), picture.whole))
    assert together(found) < NO_SEAM
    assert together(added) > SEAM  # a seam of two levels would not have gone unnoticed


def test_whole_and_tile_by_tile_are_the_same_within_a_level() -> None:
    picture = coded(PHOTOGRAPHS[0], SMALL)
    header = read_header(picture.data)
    assert header.tile_count == 12
    joined = np.zeros_like(picture.tiled)
    for number in range(header.tile_count):
        region = Region(*header.tile_box(number))
        joined[region.rows, region.columns] = codec().decode(picture.data, region=region).pixels
    assert np.abs(joined - picture.tiled).max() <= 1


@pytest.mark.parametrize(
    "region", [(1, 2, 3, 4), (63, 63, 2, 2), (60, 0, 90, 180), (230, 170, 9, 9)]
)
def test_regions_are_that_part_of_the_whole_within_a_level(region: tuple[int, ...]) -> None:
    picture, part = coded(PHOTOGRAPHS[0], SMALL), Region(*region)
    pixels = codec().decode(picture.data, region=part).pixels
    assert np.abs(pixels - picture.tiled[part.rows, part.columns]).max() <= 1
