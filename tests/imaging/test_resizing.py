import numpy as np
import pytest

from llcodec._arrays import Samples
from llcodec.imaging import Metadata, Picture, fit_within, resize


@pytest.mark.parametrize(
    ("width", "height", "most", "fitted"),
    [
        (100, 50, 100, (100, 50)),
        (100, 50, 1000, (100, 50)),
        (100, 50, 50, (50, 25)),
        (50, 100, 10, (5, 10)),
        (1000, 3, 10, (10, 1)),
        (7, 5, 1, (1, 1)),
    ],
)
def test_shapes_are_kept_and_never_enlarged(
    width: int, height: int, most: int, fitted: tuple[int, int]
) -> None:
    assert fit_within(width, height, most) == fitted


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_means_stay_and_edges_do_not_wrap(kind: type[np.uint8 | np.uint16]) -> None:
    white = np.iinfo(kind).max
    pixels: Samples = np.zeros((64, 64, 3), kind)
    pixels[:, 32:] = white
    small = resize(Picture(pixels, pixels[..., 0], metadata=Metadata(xmp=b"x")), 16, 8)
    assert small.pixels.shape == (8, 16, 3)
    assert small.pixels.dtype == kind
    assert small.pixels[:, :6].max() < 0.01 * white
    assert small.pixels[:, 10:].min() > 0.99 * white
    np.testing.assert_array_equal(small.alpha, small.pixels[..., 0])
    assert small.metadata == Metadata(xmp=b"x")
    assert abs(float(small.pixels.mean()) / white - 0.5) < 0.01


def test_pixels_of_the_right_size_stay_while_alpha_shrinks() -> None:
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    small = resize(Picture(pixels, np.full((64, 64), 9, np.uint8)), 4, 4)
    np.testing.assert_array_equal(small.pixels, pixels)
    assert small.alpha is not None
    assert bool((small.alpha == 9).all())


def test_an_extent_leaves_the_rest_out() -> None:
    ramp = np.repeat(np.arange(32, dtype=np.uint8)[None, :, None], 32, 0).repeat(3, 2) * 4
    small = resize(Picture(ramp), 5, 4, extent=(25.0, 20.0))
    expected = 4 * (np.arange(5) * 5 + 2)  # the middle of every five of the first 25 columns
    assert np.abs(small.pixels.astype(int) - expected[None, :, None]).max() <= 2
