"""NIQE against reference values, and what it must and must not depend on.

Reference values are of BasicSR 1.4.2 (its own check: 5.7296 for a baboon, as in MATLAB). For the
pictures made here they are of ``basicsr.metrics.niqe.niqe`` on 64-bit grey, or, where areas are
flat, of ``calculate_niqe``, whose 32-bit means are exact there. For photographs they are of
``calculate_niqe`` with ``convert_to="gray"``; its 32-bit floats cost it some digits.
"""

from pathlib import Path

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image

from llcodec.metrics import niqe
from llcodec.metrics.niqe import _pristine

_EXAMPLES = Path(__file__).parents[2] / "examples"


def white(height: int, width: int) -> np.ndarray:
    """Noise of 0 … 255 that no version of a generator can change."""
    y, x = np.indices((height, width), dtype=np.uint32)
    mixed = x * np.uint32(374761393) + y * np.uint32(668265263)
    mixed = (mixed ^ (mixed >> np.uint32(13))) * np.uint32(1274126177)
    levels: np.ndarray = ((mixed ^ (mixed >> np.uint32(16))) & np.uint32(255)).astype(np.int64)
    return levels


def boxed(values: np.ndarray, side: int) -> np.ndarray:
    for axis in (0, 1):
        values = sliding_window_view(values, side, axis=axis).sum(axis=-1)
    return values // side**2


def texture(height: int, width: int) -> np.ndarray:
    """Noise of equal strength in five octaves."""
    grain = white(height + 32, width + 32)
    octaves = [side * (boxed(grain, side)[:height, :width] - 127) for side in (2, 4, 8, 16, 32)]
    return np.clip(128 + sum(octaves) // 5, 0, 255)


def right_of(column: int) -> np.ndarray:
    return (np.arange(420) >= column).astype(np.int64)


def rgb(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize(
    ("grey", "wanted"),
    [
        pytest.param(texture(300, 420), 10.42618992, id="texture"),
        pytest.param(boxed(texture(304, 424), 5), 8.07335986, id="soft"),
        pytest.param(
            np.clip(texture(300, 420) + (white(300, 420) - 127) // 4, 0, 255),
            11.50396695,
            id="noisy",
        ),
        pytest.param(texture(300, 420) // 8, 7.55022280, id="dark"),
        pytest.param(white(300, 420), 66.26842551, id="white"),
        pytest.param(texture(300, 420) * right_of(150), 15.05991303, id="partly black"),
        pytest.param(
            texture(300, 420) * right_of(150) + 77 * (1 - right_of(150)),
            14.99058752,
            id="partly flat",
        ),
    ],
)
def test_values_of_basicsr(grey: np.ndarray, wanted: float) -> None:
    assert niqe(rgb(grey)) == pytest.approx(wanted, rel=2e-5)


@pytest.mark.parametrize(
    ("name", "wanted"), [("forest_path.jpg", 2.79510), ("lantern.jpg", 4.71707)]
)
def test_values_of_basicsr_for_photographs(name: str, wanted: float) -> None:
    with Image.open(_EXAMPLES / name) as image:
        assert niqe(np.asarray(image.convert("RGB"))) == pytest.approx(wanted, rel=5e-4)


def test_a_photograph_gets_worse_by_noise_and_by_blur() -> None:
    with Image.open(_EXAMPLES / "forest_path.jpg") as image:
        photograph = np.asarray(image.convert("RGB"))[200:500, 300:700]
    grain = (white(300, 400)[..., None] - 127) // 3
    noisy = np.clip(photograph + grain, 0, 255).astype(np.uint8)
    blurred = np.stack([boxed(photograph[..., c].astype(int), 7) for c in range(3)], axis=2)
    score = niqe(photograph)
    assert niqe(noisy) > score + 2
    assert niqe(blurred.astype(np.uint8)) > score + 2


def test_only_whole_patches_count() -> None:
    picture = rgb(texture(300, 420))
    assert niqe(picture) == niqe(picture[:288, :384])
    assert niqe(picture) != niqe(picture[12:])


@pytest.mark.parametrize(("channel", "weight"), [(0, 0.299), (1, 0.587), (2, 0.114)])
def test_colours_count_by_their_rounded_grey(channel: int, weight: float) -> None:
    picture = np.zeros((192, 288, 3), np.uint8)
    picture[..., channel] = texture(192, 288)
    assert niqe(picture) == niqe(rgb(np.rint(texture(192, 288) * weight)))


@pytest.mark.parametrize("shape", [(95, 400), (400, 95), (191, 191), (0, 0)])
def test_two_patches_are_needed(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="has fewer than two patches"):
        niqe(rgb(white(*shape)))


def test_texture_is_needed() -> None:
    picture = np.full((200, 300, 3), 17, np.uint8)
    with pytest.raises(ValueError, match="have texture"):
        niqe(picture)
    picture[:96, :96] = rgb(white(96, 96))
    with pytest.raises(ValueError, match="have texture"):
        niqe(picture[:96])


def test_the_parameters_are_a_distribution_of_36_features() -> None:
    mean, covariance = _pristine()
    assert mean.shape == (36,)
    np.testing.assert_array_equal(covariance, covariance.T)
    assert np.linalg.eigvalsh(covariance).min() > 0
    # the published model: shape and width of the values at both scales
    np.testing.assert_allclose(mean[[0, 1, 18, 19]], [2.6013, 0.9057, 2.9695, 0.9612], atol=5e-5)
