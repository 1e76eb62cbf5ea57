from collections.abc import Callable

import numpy as np
import pytest
import torch

from llcodec._arrays import Pixels
from llcodec._bitstream import QUALITY_LEVELS
from llcodec.nets.joint import JointModel
from llcodec.training.karhunen_loeve import patch_basis, warm_start
from llcodec.training.recipe import LAMBDAS


@pytest.fixture(scope="module")
def start(photographs: list[Pixels]) -> tuple[torch.Tensor, torch.Tensor]:
    return patch_basis(photographs, 64, np.random.default_rng(0), patches=3000)


def test_the_basis_is_orthonormal(start: tuple[torch.Tensor, torch.Tensor]) -> None:
    basis, _ = start
    assert basis.shape == (64, 3, 16, 16)
    rows = basis.flatten(1)
    torch.testing.assert_close(rows @ rows.T, torch.eye(64), atol=1e-5, rtol=0)


def test_vectors_are_sorted_by_energy_and_scales_are_their_deviations(
    start: tuple[torch.Tensor, torch.Tensor], photographs: list[Pixels]
) -> None:
    basis, scale = start
    assert (scale.diff() <= 0).all()
    rng = np.random.default_rng(1)
    places = rng.integers(0, 112, (4000, 2))
    patches = np.stack(
        [photographs[n % 4][r : r + 16, c : c + 16] for n, (r, c) in enumerate(places)]
    )
    x = torch.from_numpy(patches).permute(0, 3, 1, 2).flatten(1) / 255 - 0.5
    measured = (x @ basis.flatten(1).T).square().mean(0).sqrt()
    torch.testing.assert_close(measured[:8], scale[:8], rtol=0.1, atol=0)


def test_no_other_basis_of_the_size_holds_more_energy(
    start: tuple[torch.Tensor, torch.Tensor], photographs: list[Pixels]
) -> None:
    basis, _ = start
    picture = torch.from_numpy(photographs[0][:64, :64].copy()).permute(2, 0, 1) / 255 - 0.5
    blocks = picture.unfold(1, 16, 16).unfold(2, 16, 16).permute(1, 2, 0, 3, 4).reshape(16, -1)
    kept = (blocks @ basis.flatten(1).T).square().sum() / blocks.square().sum()
    random, _ = torch.linalg.qr(torch.randn(768, 64, generator=torch.manual_seed(2)))
    other = (blocks @ random).square().sum() / blocks.square().sum()
    assert kept > 0.95
    assert other < 0.3


def test_the_same_seed_gives_the_same_basis(photographs: list[Pixels]) -> None:
    one, two = (patch_basis(photographs, 8, np.random.default_rng(3), patches=500) for _ in "ab")
    assert torch.equal(one[0], two[0])
    assert torch.equal(one[1], two[1])


def test_dead_directions_have_a_least_scale() -> None:
    flat = [np.full((32, 32, 3), 90, np.uint8)]
    _, scale = patch_basis(flat, 5, np.random.default_rng(0), patches=50)
    assert (scale > 0).all()
    assert torch.isfinite(scale).all()


def test_warm_start_sets_basis_scales_and_gains(
    tiny_model: Callable[[], JointModel], photographs: list[Pixels]
) -> None:
    model: JointModel = tiny_model()
    basis, scale = patch_basis(photographs, 16, np.random.default_rng(0), patches=2000)
    warm_start(model, basis, scale, LAMBDAS)
    assert model.linear_analysis is not None
    assert model.linear_synthesis is not None
    assert torch.equal(model.linear_analysis.conv.weight[:, :, 8:24, 8:24], basis)
    assert torch.equal(model.linear_synthesis.weight[:, :, 8:24, 8:24], basis)
    assert torch.equal(model.latent_scale, scale)
    quality = torch.arange(1, QUALITY_LEVELS + 1).float()
    gains = model.log_gain(quality).exp()
    middle = gains[4]  # a middling quality
    torch.testing.assert_close(model.coded_scale, scale * middle.flatten())
    torch.testing.assert_close(gains * model.inverse_gain(quality), torch.ones_like(gains))


def test_pictures_smaller_than_a_patch_take_part() -> None:
    rng = np.random.default_rng(0)
    small = [rng.integers(256, size=size, dtype=np.uint8) for size in ((1, 1, 3), (9, 40, 3))]
    basis, scale = patch_basis(small, 5, rng, patches=50)
    assert basis.shape == (5, 3, 16, 16)
    assert torch.isfinite(basis).all()
    assert torch.isfinite(scale).all()
