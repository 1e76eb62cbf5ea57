"""Small files of every kind that data sets are made of."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.dng import dng

Pixels = np.ndarray


def _pixels(seed: int, size: tuple[int, int]) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)


@pytest.fixture
def make_picture() -> Callable[..., Pixels]:
    """Write a picture of some height and width, and return its pixels."""

    def make(path: Path, seed: int = 0, size: tuple[int, int] = (4, 6)) -> Pixels:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = _pixels(seed, size)
        Image.fromarray(pixels).save(path)
        return pixels

    return make


@pytest.fixture
def make_array() -> Callable[..., Pixels]:
    """Write a picture as a .npy file, channels in BGR, and return its pixels in RGB."""

    def make(path: Path, seed: int = 0, size: tuple[int, int] = (4, 6)) -> Pixels:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = _pixels(seed, size)
        np.save(path, pixels[..., ::-1])
        return pixels

    return make


@pytest.fixture
def make_raw() -> Callable[..., None]:
    """Write an uncompressed DNG of a Bayer sensor that sees grey, brighter to the right."""

    def make(path: Path, height: int = 24, width: int = 32) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(dng(np.broadcast_to(np.linspace(1000, 40000, width), (height, width))))

    return make
