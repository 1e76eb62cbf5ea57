import numpy as np
import pytest
import torch
from torch.nn import functional as F

from llcodec.nets.blocks import (
    ResidualBlock,
    box_blur,
    conv3x3,
    leaky_relu,
    luma,
    pad_to_multiple,
    subpixel_conv3x3,
    zero_init,
)
from llcodec.nets.constants import LEAKY_SLOPE


def test_leaky_slope_is_exact_in_fixed_point_and_close_to_a_hundredth() -> None:
    assert (LEAKY_SLOPE * 65536).is_integer()
    assert pytest.approx(0.01, rel=1e-3) == LEAKY_SLOPE
    assert leaky_relu()(torch.tensor([-65536.0, 3.0])).tolist() == [-655.0, 3.0]


@pytest.mark.parametrize(("stride", "size"), [(1, (7, 9)), (2, (4, 5))])
def test_conv3x3_keeps_or_halves_the_size(stride: int, size: tuple[int, int]) -> None:
    assert conv3x3(2, 3, stride)(torch.zeros(1, 2, 7, 9)).shape == (1, 3, *size)


def test_subpixel_conv_multiplies_the_size() -> None:
    assert subpixel_conv3x3(3, 5, 2)(torch.zeros(1, 3, 4, 6)).shape == (1, 5, 8, 12)


def test_residual_block_adds_to_its_input() -> None:
    block = ResidualBlock(4)
    x = torch.randn(1, 4, 5, 5)
    assert not torch.equal(block(x), x)
    zero_init(block.conv2)
    assert torch.equal(block(x), x)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (15, 17), (16, 31), (32, 16)])
def test_padding_replicates_the_last_row_and_column(height: int, width: int) -> None:
    x = torch.rand(2, 3, height, width)
    padded = pad_to_multiple(x, 16)
    assert padded.shape[-2] % 16 == padded.shape[-1] % 16 == 0
    assert padded.shape[-2] - height < 16
    assert padded.shape[-1] - width < 16
    expected = np.pad(
        x.numpy(),
        ((0, 0), (0, 0), (0, padded.shape[-2] - height), (0, padded.shape[-1] - width)),
        mode="edge",
    )
    np.testing.assert_array_equal(padded.numpy(), expected)


@pytest.mark.parametrize("size", [3, 5])
@pytest.mark.parametrize(("height", "width"), [(3, 3), (6, 11)])
def test_box_blur_is_a_mean_with_mirrored_borders(size: int, height: int, width: int) -> None:
    x = torch.rand(1, 2, height, width, dtype=torch.float64)
    margin = size // 2
    wide = np.pad(x.numpy(), ((0, 0), (0, 0), (margin, margin), (margin, margin)), mode="reflect")
    expected = sum(
        wide[..., r : r + height, c : c + width] for r in range(size) for c in range(size)
    )
    np.testing.assert_allclose(box_blur(x, size).numpy(), expected / size**2, atol=1e-12)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (2, 2), (9, 2)])
def test_box_blur_takes_pictures_that_are_too_small_to_mirror(height: int, width: int) -> None:
    x = torch.rand(1, 1, height, width)
    blurred = box_blur(x)
    assert blurred.shape == x.shape
    assert x.min() - 1e-6 <= blurred.min()
    assert blurred.max() <= x.max() + 1e-6


def test_luma_is_that_of_bt601() -> None:
    primaries = torch.eye(3).view(3, 3, 1, 1)
    torch.testing.assert_close(luma(primaries).flatten(), torch.tensor([0.299, 0.587, 0.114]))
    grey = torch.full((1, 3, 2, 2), 0.37)
    torch.testing.assert_close(luma(grey), grey[:, :1])
    assert luma(F.interpolate(primaries, (4, 5))).shape == (3, 1, 4, 5)
