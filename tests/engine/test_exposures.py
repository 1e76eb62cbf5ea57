"""The grid of exposures, held to the one of training."""

import numpy as np
import pytest
import torch

from llcodec.engine.exposures import exposures, grid_of, interpolated, is_local, positions
from llcodec.engine.protocol import Place
from llcodec.nets.local_tone import LocalToneCurve, places_within
from llcodec.nets.tone_numbers import curve_of_numbers

NUMBERS = (
    *((0,) * 6 + (4096, 0, 0, 0, 4096, 0, 0, 0, 4096)),
    *(900, 0, 300, 9000),
    *(int(n) for n in np.random.default_rng(0).integers(-127, 128, 24)),
)


def of_networks(height: int, width: int, padded: tuple[int, int] | None = None) -> np.ndarray:
    """The exposures of a whole picture, padded at the bottom and on the right."""
    curve = curve_of_numbers(NUMBERS)
    assert isinstance(curve, LocalToneCurve)
    places = None if padded is None else places_within((height, width), padded)
    ones = torch.ones(1, 3, *(padded or (height, width)))
    return np.asarray(curve.exposed(ones, places)[0, 0].numpy())


@pytest.mark.parametrize(("height", "width"), [(1, 1), (4, 6), (7, 5), (40, 100), (333, 250)])
def test_whole_pictures_of_any_size(height: int, width: int) -> None:
    found = exposures(grid_of(NUMBERS), Place.whole(height, width))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, of_networks(height, width), rtol=3e-5)


def test_windows_are_parts_of_the_whole() -> None:
    whole = of_networks(300, 410, (304, 416))
    for rows, columns in (
        (slice(0, 304), slice(0, 416)),
        (slice(112, 208), slice(48, 64)),
        (slice(288, 304), slice(400, 416)),
    ):
        found = exposures(grid_of(NUMBERS), Place(rows, columns, 300, 410))
        np.testing.assert_allclose(found, whole[rows, columns], rtol=3e-5)


def test_a_preview_has_the_exposures_in_the_middles_of_its_blocks() -> None:
    place = Place(slice(0, 304), slice(0, 416), 300, 410, step=16)
    found = exposures(grid_of(NUMBERS), place)
    assert found.shape == (19, 26)
    whole = exposures(grid_of(NUMBERS), Place(slice(0, 304), slice(0, 416), 300, 410))
    middle = np.sqrt(whole[7::16, 7::16] * whole[8::16, 8::16])
    np.testing.assert_allclose(found, middle, rtol=0.015)


def test_values_hold_in_the_middles_of_cells() -> None:
    grid = grid_of(NUMBERS)
    assert grid.shape == (4, 6)
    assert grid[0, 0] == pytest.approx(NUMBERS[19] * np.log(2) / 32)
    assert grid[1, 0] == pytest.approx(NUMBERS[25] * np.log(2) / 32)
    np.testing.assert_allclose(
        interpolated(grid, positions(slice(0, 4), 4), positions(slice(0, 6), 6)), grid
    )
    beyond = interpolated(grid, np.array([-3.0, 0.0, 0.125, 1.0, 9.0]), np.array([0.5]))[:, 0]
    assert beyond[0] == beyond[1] == beyond[2] == pytest.approx(grid[0, 2:4].mean())
    assert beyond[3] == beyond[4] == pytest.approx(grid[3, 2:4].mean())


def test_kinds_of_tone_numbers() -> None:
    assert is_local(NUMBERS)
    assert not is_local(NUMBERS[:15])
