import importlib.util

import numpy as np
import pytest

from llcodec.bench.codecs.colour import from_ycbcr, to_ycbcr
from llcodec.data.pairs import Pixels
from llcodec.metrics import psnr

PRIMARIES = np.array([[[255, 255, 255], [0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255]]])


def test_known_colours() -> None:
    """By hand: Y of the primaries is BT.709's shares, grey has Cb = Cr = a half."""
    planes = to_ycbcr(PRIMARIES.astype(np.uint8), 8)
    assert planes.shape == (3, 1, 5)
    y = [255, 0, 54, 182, 18]  # 255 times 1, 0, 0.2126, 0.7152, 0.0722
    cb = [128, 128, 99, 30, 255]  # 128 + 255 / 2 · (B − Y) / (1 − 0.0722)
    cr = [128, 128, 255, 12, 116]  # 128 + 255 / 2 · (R − Y) / (1 − 0.2126)
    np.testing.assert_array_equal(planes[:, 0], [y, cb, cr])


def test_ten_bits_lose_nothing_and_eight_lose_little(photo: Pixels) -> None:
    np.testing.assert_array_equal(from_ycbcr(to_ycbcr(photo, 10), 10), photo)
    assert 50 < psnr(from_ycbcr(to_ycbcr(photo, 8), 8), photo) < 60


@pytest.mark.parametrize("depth", [8, 10])
def test_greys_stay_grey(depth: int) -> None:
    greys = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, 2)
    np.testing.assert_array_equal(from_ycbcr(to_ycbcr(greys, depth), depth), greys)


def test_planes_fill_their_range() -> None:
    planes = to_ycbcr(PRIMARIES.astype(np.uint8), 10)
    assert (planes.min(), planes.max()) == (0, 1023)


@pytest.mark.skipif(importlib.util.find_spec("compressai") is None, reason="CompressAI is an extra")
@pytest.mark.filterwarnings("default")  # what CompressAI imports warns
def test_it_is_the_colour_of_compressai(photo: Pixels) -> None:
    import torch

    from llcodec._torchvision import import_torchvision

    import_torchvision()  # CompressAI imports it, and could not cope with some builds
    from compressai.transforms.functional import rgb2ycbcr

    theirs = rgb2ycbcr(torch.from_numpy(photo).permute(2, 0, 1).double() / 255)
    ours = to_ycbcr(photo, 10) / 1023
    # Theirs has no colour at 511.5 of 1023, ours at 512.
    np.testing.assert_allclose(ours, theirs.numpy(), atol=1.01 / 1023)
