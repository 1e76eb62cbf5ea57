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
import torch
from numpy.typing import NDArray

from llcodec.codec.codec import Codec, Target
from llcodec.codec.encoder import TILE_SIZE, analyse
from llcodec.codec.region import Region
from llcodec.codec.windows import ENCODER_HALO, SIDE, windows
from llcodec.container import read_header
from llcodec.engine.tensors import to_tensor
from llcodec.engine.torch_models import joint_model
from llcodec.engine.torch_transforms import TorchTransforms
from llcodec.imaging import Picture, read_picture
from llcodec.nets.tone_numbers import from_numbers

EXAMPLES = Path(__file__).parents[1] / "examples"
PHOTOGRAPHS = ("lantern.jpg", "blue_hour.jpg", "fern.jpg")
TILE, GRID, QUALITY = 64, 16, 4.0
SMALL = (180, 240)
BORDER = 16 * (SIDE // 2 + 1)  # where the windows of the encoder meet, in twice as many pixels
NO_SEAM, SEAM = 3.5, 5.0  # standard deviations of what chance does
SEAM_OF_TWO_LEVELS = 2.0

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
    return Coded(decoded(data), decoded(whole), data)


def decoded(data: bytes) -> Floats:
    return codec().decode(data).pixels.astype(np.float64)


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


@cache
def strip() -> Picture:
    """Return a strip that takes two tiles of the usual size, of photographs laid side by side."""
    rows = [
        read_picture(EXAMPLES / name).pixels[200:328] for name in (*PHOTOGRAPHS, PHOTOGRAPHS[0])
    ]
    return Picture(np.ascontiguousarray(np.concatenate(rows, 1)[:, : 2 * TILE_SIZE]))


@pytest.mark.parametrize("quality", [1.0, 4.0, 8.0])
def test_tiles_of_the_usual_size_leave_no_seam(quality: float) -> None:
    """Far from the one border both files are alike, so that levels count here, not chance."""
    tiled, whole = (
        decoded(codec().encode(strip(), Target(quality), tile_size=size))
        for size in (TILE_SIZE, 2 * TILE_SIZE)
    )
    seam = SEAM_OF_TWO_LEVELS * (np.arange(2 * TILE_SIZE) >= TILE_SIZE)[None, :, None]
    for pixels, seen in ((tiled, False), (tiled + seam, True)):
        steeper = (steps(pixels) - steps(whole))[TILE_SIZE - 2]
        assert (steeper > 0.3) == seen


@pytest.mark.parametrize("left", [2047, 1024 - 7])
def test_regions_across_borders_of_usual_tiles_and_of_windows(left: int) -> None:
    data = codec().encode(strip(), Target(QUALITY))
    whole, part = codec().decode(data).pixels * 1.0, Region(left, 3, 90, 60)
    pixels = codec().decode(data, region=part).pixels
    assert np.abs(pixels - whole[part.rows, part.columns]).max() <= 1


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


@torch.inference_mode()
def test_windows_of_the_encoder_leave_no_seams() -> None:
    """Attention sees one window at a time: what it sees elsewhere makes no step where two meet.

    Compared with a strip analysed in one piece, the level changes little from one side of a border
    to the other: in the lanterns, where it changes most, by about one of 255.
    """
    file = codec().file
    model = joint_model(file.preset, file.arrays)
    rows = [read_picture(EXAMPLES / name).pixels[200:264] for name in PHOTOGRAPHS]
    pixels = np.concatenate([*rows, *rows], 1)[:, : 2 * BORDER]
    assert pixels.shape == (64, 2 * BORDER, 3)
    analysis = analyse(TorchTransforms(model), pixels)
    assert analysis.tone is not None
    whole = model.analyse(to_tensor(pixels), from_numbers(analysis.tone))
    made, wanted = (
        model.synthesise(y) * 255 for y in (torch.from_numpy(analysis.latents())[None], whole)
    )
    off = (made - wanted)[0].mean((0, 1))
    assert float(off.abs().max()) > 1e-4  # attention does see other things
    step = off[BORDER : BORDER + 8].mean() - off[BORDER - 8 : BORDER].mean()
    starts = {window.columns.core.start for window in windows(4, len(off) // 16, ENCODER_HALO)}
    assert starts == {0, BORDER // 16}
    assert abs(float(step)) < 1.5
