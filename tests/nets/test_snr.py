import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from llcodec.nets.presets import SnrKind
from llcodec.nets.snr import snr_map


def dark_noise(height: int, width: int, seed: int = 0) -> Tensor:
    """A dark ramp with noise that is stronger on the right half."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.linspace(0.02, 0.2, width).expand(1, 3, height, width).clone()
    noise = torch.randn(1, 3, height, width, generator=generator)
    x += noise * torch.where(torch.arange(width) < width // 2, 0.001, 0.02)
    return x.clamp(0, 1)


def published_by_hand(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """Eq. 6 and the code that was published with it, step by step, for one H×W×3 picture."""
    weights = np.array([0.299, 0.587, 0.114])
    padded = np.pad(picture, ((2, 2), (2, 2), (0, 0)), mode="reflect")
    height, width = picture.shape[:2]
    blurred = np.zeros_like(picture)
    for row in range(height):
        for column in range(width):
            blurred[row, column] = padded[row : row + 5, column : column + 5].mean((0, 1))
    grey, smooth = picture @ weights, blurred @ weights
    ratio = smooth / (np.abs(grey - smooth) + 1e-4)
    clipped: NDArray[np.float64] = np.clip(ratio / (ratio.max() + 1e-4), 0, 1)
    return clipped


def test_published_map_is_the_published_formula() -> None:
    x = torch.cat((dark_noise(13, 21), dark_noise(13, 21, seed=1)))
    expected = [published_by_hand(p.permute(1, 2, 0).double().numpy()) for p in x]
    np.testing.assert_allclose(snr_map(x, "published")[:, 0], np.stack(expected), rtol=2e-3)


def test_robust_map_is_luma_over_luma_and_ten_times_the_mean_noise() -> None:
    x = dark_noise(24, 30).double()
    grey = (x * torch.tensor([0.299, 0.587, 0.114]).double().view(3, 1, 1)).sum(1, keepdim=True)

    def mean(plane: Tensor) -> Tensor:
        return torch.nn.functional.avg_pool2d(plane, 5, 1)

    blurred = mean(grey)
    noise = mean((grey[..., 2:-2, 2:-2] - blurred).abs())
    signal = blurred[..., 2:-2, 2:-2]
    expected = signal / (signal + 10 * (noise + 1e-4))
    torch.testing.assert_close(snr_map(x, "robust")[..., 4:-4, 4:-4], expected, atol=1e-5, rtol=0)


def test_published_map_is_drowned_by_one_flat_place() -> None:
    """Why there is another: the maximum over the picture sets the unit."""
    x = dark_noise(40, 40)
    before = snr_map(x, "published")[..., :20, :].mean()
    x[..., 30:, :] = 0.9
    assert snr_map(x, "published")[..., :20, :].mean() < before / 3
    assert torch.equal(
        snr_map(x, "robust")[..., :20, :], snr_map(dark_noise(40, 40), "robust")[..., :20, :]
    )


@pytest.mark.parametrize("kind", ["published", "robust"])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 7), (2, 2), (33, 17)])
def test_values_lie_between_zero_and_one(kind: SnrKind, height: int, width: int) -> None:
    for x in (dark_noise(height, width), torch.zeros(1, 3, height, width), torch.ones(1, 3, 5, 5)):
        m = snr_map(x, kind)
        assert m.shape == (len(x), 1, *x.shape[-2:])
        assert m.isfinite().all()
        assert m.min() >= 0
        assert m.max() <= 1


@pytest.mark.parametrize("kind", ["published", "robust"])
def test_noise_lowers_the_map(kind: SnrKind) -> None:
    m = snr_map(dark_noise(32, 64), kind)
    assert m[..., :28].mean() > 1.3 * m[..., 36:].mean()


def test_robust_map_of_a_crop_is_the_crop_of_the_map() -> None:
    x = dark_noise(40, 50)
    whole, crop = snr_map(x, "robust"), snr_map(x[..., 8:32, 11:45], "robust")
    torch.testing.assert_close(crop[..., 4:-4, 4:-4], whole[..., 12:28, 15:41])


def test_robust_map_hardly_depends_on_exposure() -> None:
    x = 0.4 + dark_noise(32, 64)
    torch.testing.assert_close(snr_map(x, "robust"), snr_map(x / 2, "robust"), atol=0.03, rtol=0)
