"""The features of NIQE against plain loops, known distributions and torch's bicubic filter."""

import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

from llcodec.metrics._niqe_features import downscale, fit_aggd, mscn, patch_features


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width)).astype(np.float64)


def test_halving_follows_the_stretched_bicubic_kernel() -> None:
    luma = np.zeros((16, 16))
    luma[:, 8] = 1  # a = −1/2 at 1/4, 3/4, 5/4, 7/4, halved
    taps = [0.43359375, 0.11328125, -0.03515625, -0.01171875]
    columns = [0, 0, taps[3], taps[1], taps[0], taps[2], 0, 0]
    np.testing.assert_array_equal(downscale(luma), np.tile(columns, (8, 1)))


def test_halving_mirrors_the_borders() -> None:
    luma = noise(12, 10)
    mirrored = np.pad(luma, 4, mode="symmetric")
    np.testing.assert_allclose(downscale(mirrored)[2:-2, 2:-2], downscale(luma), atol=1e-12)


def test_halving_agrees_with_torch_inside() -> None:
    luma = noise(40, 56)
    wanted = interpolate(
        torch.from_numpy(luma)[None, None], scale_factor=0.5, mode="bicubic", antialias=True
    )
    inside = (slice(2, -2), slice(2, -2))
    np.testing.assert_allclose(downscale(luma)[inside], wanted[0, 0].numpy()[inside], atol=1e-4)


def test_normalising_takes_the_gaussian_mean_and_deviation() -> None:
    luma = noise(20, 23)
    steps = np.arange(-3, 4)
    window = np.exp(-(steps[:, None] ** 2 + steps**2) / (2 * (7 / 6) ** 2))
    window /= window.sum()
    repeated = np.pad(luma, 3, mode="edge")
    for y, x in ((0, 0), (0, 22), (7, 9), (19, 11)):
        around = repeated[y : y + 7, x : x + 7]
        mean = (window * around).sum()
        deviation = np.sqrt((window * (around - mean) ** 2).sum())
        assert mscn(luma)[y, x] == pytest.approx((luma[y, x] - mean) / (deviation + 1))


@pytest.mark.parametrize("level", [0.0, 13.0, 200.0, 255.0])
def test_flat_areas_are_exactly_zero(level: float) -> None:
    luma = np.full((30, 40), level)
    luma[:, 30:] = noise(30, 10)
    assert not mscn(luma)[:, :26].any()
    assert mscn(luma)[:, 31:].any()


def test_fits_find_known_distributions() -> None:
    rng = np.random.default_rng(0)
    samples = np.stack([rng.normal(0, 2, 200_000), rng.laplace(0, 3, 200_000)])
    shape, mean, left, right = fit_aggd(samples)
    np.testing.assert_allclose(shape, [2, 1], rtol=0.02)
    np.testing.assert_allclose(mean, 0, atol=0.05)
    # the width of a normal distribution is √2 deviations, of Laplace's its scale
    np.testing.assert_allclose(left, [2 * np.sqrt(2), 3], rtol=0.02)
    np.testing.assert_allclose(right, [2 * np.sqrt(2), 3], rtol=0.02)


def test_fits_tell_the_sides_apart() -> None:
    rng = np.random.default_rng(0)
    halves = np.abs(rng.normal(0, 1, 400_000))
    # an AGGD has as much of its mass on a side as that side's width
    halves[:100_000] *= -1
    halves[100_000:] *= 3
    shape, mean, left, right = fit_aggd(halves[None])
    assert shape[0] == pytest.approx(2, rel=0.03)
    assert left[0] == pytest.approx(np.sqrt(2), rel=0.03)
    assert right[0] == pytest.approx(3 * np.sqrt(2), rel=0.03)
    assert mean[0] == pytest.approx(halves.mean(), rel=0.03)


def test_widths_follow_the_scale_and_shapes_do_not() -> None:
    samples = noise(3, 500) - 90
    plain, wide = fit_aggd(samples), fit_aggd(samples * 8)
    np.testing.assert_array_equal(plain[0], wide[0])
    for one, other in zip(plain[1:], wide[1:], strict=True):
        np.testing.assert_allclose(other, one * 8)


def test_what_has_no_sides_has_no_widths() -> None:
    shape, mean, left, right = fit_aggd(np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 2.0]]))
    np.testing.assert_array_equal(shape, [0.2, 0.2])
    assert np.isnan(mean).all()
    assert np.isnan(left).all()
    np.testing.assert_array_equal(np.isnan(right), [True, False])


def test_features_are_those_of_patches_one_by_one() -> None:
    luma = noise(100, 70)
    features = patch_features(luma, 32)
    assert features.shape == (6, 36)
    scales = ((mscn(luma[:96, :64]), 32), (mscn(downscale(luma[:96, :64])), 16))
    for index, (row, column) in enumerate(np.ndindex(3, 2)):
        wanted = []
        for values, side in scales:
            patch = values[row * side :, column * side :][:side, :side]
            shape, _, left, right = fit_aggd(patch[None])
            wanted.append(np.stack([shape, (left + right) / 2]))
            for down, aside in ((0, 1), (1, 0), (1, 1), (1, -1)):
                other = np.empty_like(patch)
                for y, x in np.ndindex(patch.shape):
                    other[y, x] = patch[(y - down) % side, (x - aside) % side]
                wanted.append(np.stack(fit_aggd((patch * other)[None])))
        np.testing.assert_allclose(features[index], np.concatenate(wanted)[:, 0])


def test_a_mirrored_picture_swaps_the_diagonals() -> None:
    luma = noise(64, 64)
    luma[1:, 1:] = (luma[1:, 1:] + luma[:-1, :-1]) / 2  # related along one diagonal only
    plain, mirrored = patch_features(luma, 64)[0], patch_features(luma[:, ::-1], 64)[0]
    assert abs(plain[10:14] - plain[14:18]).max() > 0.1
    np.testing.assert_allclose(mirrored[10:14], plain[14:18], atol=0.002)
    np.testing.assert_allclose(mirrored[14:18], plain[10:14], atol=0.002)
    np.testing.assert_allclose(mirrored[:10], plain[:10], atol=0.002)
