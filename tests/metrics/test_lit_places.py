import numpy as np
import pytest

from llcodec.metrics.lit_places import black_level, contrast_kept


def scene(lit: float, texture: float, black: float = 2.0) -> np.ndarray:
    """Half a lit wall with a chessboard of ±texture, half black."""
    board = np.indices((64, 128)).sum(0) % 2 * 2 - 1
    luma = np.where(np.arange(128) < 64, lit + texture * board, black)
    return np.repeat(np.round(luma)[..., None], 3, 2).astype(np.uint8)


def test_an_image_keeps_its_own_contrast() -> None:
    dark = scene(100, 20)
    assert contrast_kept(dark, dark) == pytest.approx(1)
    assert black_level(dark, dark) == pytest.approx(2)


def test_a_gain_keeps_contrast_and_a_burnt_out_wall_does_not() -> None:
    dark = scene(100, 20)
    assert contrast_kept(dark, scene(200, 40)) == pytest.approx(1)
    assert contrast_kept(dark, scene(250, 5)) == pytest.approx(0.1)


def test_lifted_black() -> None:
    assert black_level(scene(100, 20), scene(200, 40, black=33)) == pytest.approx(33)


def test_images_without_such_places_have_no_figure() -> None:
    grey = scene(40, 0, black=40)
    assert contrast_kept(grey, grey) is None
    assert black_level(grey, grey) is None
