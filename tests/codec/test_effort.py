"""Encoding with effort: other symbols that any decoder reads, and a better image for its bits."""

from typing import TYPE_CHECKING

import numpy as np
import pytest

from llcodec._arrays import Samples
from llcodec.codec.codec import Codec, Target
from llcodec.codec.effort import EFFORTS, Search, _windows
from llcodec.codec.encoder import analyse
from llcodec.codec.unrounded import unrounded
from llcodec.codec.windows import LatentBox
from llcodec.errors import InputError
from llcodec.imaging import Picture
from tests.codec.conftest import smooth_picture

if TYPE_CHECKING:
    from tests.codec.conftest import MakePicture
    from tests.codec.started import Tiny


@pytest.fixture
def base() -> Codec:
    return Codec("base", device="cpu")


def squared_error(codec: Codec, data: bytes, pixels: Samples) -> float:
    decoded = codec.decode(data).pixels
    return float(((decoded.astype(np.float64) - pixels) ** 2).sum())


def test_more_effort_means_less_error_for_the_bits(
    base: Codec, make_picture: "MakePicture"
) -> None:
    pixels = make_picture(90, 140, seed=5)
    picture = Picture(pixels)
    found = [
        (8 * len(data), squared_error(base, data, pixels))
        for data in (base.encode(picture, Target(4.0), effort=n) for n in (0, 1, 5))
    ]
    bits, errors = zip(*found, strict=True)
    assert errors[0] > errors[1] > errors[2]
    # At equal quality, the error of a step² is worth 1/λ bits, and neighbouring qualities show
    # what a bit is worth: the search must buy its error for less.
    dearer = base.encode(picture, Target(4.5))
    price = (errors[0] - squared_error(base, dearer, pixels)) / (8 * len(dearer) - bits[0])
    assert (errors[0] - errors[2]) / max(1, bits[2] - bits[0]) > 1.2 * price


def test_a_joint_network_comes_closer_to_its_own_output(tiny: "Tiny") -> None:
    """What the latents would become without rounding is what is searched for."""
    rng = np.random.default_rng(4)
    pixels = rng.integers(0, 60, (48, 64, 3), np.uint8)
    codec = tiny.codec
    picture = Picture(pixels)
    files = [codec.encode(picture, Target(4.0), effort=n) for n in (0, 6)]
    exact = codec.decode(codec.encode(picture, Target(8.0))).pixels
    errors = [squared_error(codec, data, exact) for data in files]
    assert errors[1] < errors[0]
    assert len(files[1]) < 1.2 * len(files[0])


@pytest.mark.parametrize("quality", [2.0, 8.0])
def test_latents_that_nothing_rounds_have_no_error_at_the_borders_of_a_tile(quality: float) -> None:
    """What lies around a tile is as a decoder has it: scaled by its gain and the inverse gain."""
    codec = Codec(device="cpu")
    latents = analyse(codec.transforms, smooth_picture(128, 192, seed=9, white=80)).latents()
    search = Search(codec.transforms, codec.file.coder(), 1, None, latents, round(256 * quality))
    box = LatentBox(2, 6, 4, 9)
    inside = latents[:, box.top : box.bottom, box.left : box.right]
    gained = inside * codec.transforms.gain(quality)[:, None, None]
    decoded = unrounded(codec.transforms, latents, quality)
    targets = [
        codec.transforms.synthesise(
            decoded[:, window.rows.outer, window.columns.outer],
            (window.rows.inner, window.columns.inner),
        )
        for window in _windows(box, latents.shape)
    ]
    error, gradient = search._gradient(gained, box, targets)
    other, _ = search._gradient(gained + 0.5, box, targets)
    assert error < 1e-6 * other
    assert np.abs(gradient).max() < 1e-3


def test_tiles_are_searched_one_by_one(base: Codec, make_picture: "MakePicture") -> None:
    pixels = make_picture(150, 200, seed=6)
    picture = Picture(pixels)
    data = base.encode(picture, Target(4.0), tile_size=64, effort=3)
    assert data != base.encode(picture, Target(4.0), tile_size=64)
    base.verify(data)
    without = base.encode(picture, Target(4.0), tile_size=64)
    assert squared_error(base, data, pixels) < squared_error(base, without, pixels)


@pytest.mark.parametrize("size", [(1, 1), (16, 40), (17, 33)])
def test_small_images(base: Codec, make_picture: "MakePicture", size: tuple[int, int]) -> None:
    pixels = make_picture(*size, seed=7)
    data = base.encode(Picture(pixels), effort=2)
    assert base.decode(data).pixels.shape == pixels.shape


@pytest.mark.parametrize("effort", [-1, len(EFFORTS)])
def test_other_efforts_are_refused(base: Codec, make_picture: "MakePicture", effort: int) -> None:
    with pytest.raises(InputError, match="from 0 to 9"):
        base.encode(Picture(make_picture(16, 16)), effort=effort)


def test_no_effort_makes_todays_files(base: Codec, make_picture: "MakePicture") -> None:
    picture = Picture(make_picture(40, 40, seed=8))
    assert base.encode(picture, effort=0) == base.encode(picture)
