from dataclasses import fields

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec.metrics import ms_ssim
from llcodec.training.look_discriminator import LookDiscriminator
from llcodec.training.look_losses import (
    LookLosses,
    discriminator_loss,
    edge_loss,
    grid_loss,
    look_losses,
    total_loss,
)
from llcodec.training.look_recipe import LookLossWeights

WEIGHTS = LookLossWeights()
GRID = LookLossWeights(grid=1.0)


@pytest.fixture
def picture() -> Tensor:
    torch.manual_seed(0)
    return torch.rand(2, 3, 192, 192)


def test_the_target_itself_has_no_loss(picture: Tensor) -> None:
    losses = look_losses(picture, picture, picture, None, WEIGHTS)
    assert float(total_loss(losses, WEIGHTS)) == pytest.approx(0, abs=1e-6)


def test_a_brighter_picture_has_the_same_edges_and_another_colour(picture: Tensor) -> None:
    losses = look_losses(picture + 0.1, picture, picture, None, WEIGHTS)
    assert float(losses.l1) == pytest.approx(0.1, rel=1e-3)
    assert float(losses.colour) == pytest.approx(0.1, rel=1e-3)
    assert float(losses.edges) == pytest.approx(0, abs=1e-6)


def test_texture_has_edges_and_no_colour() -> None:
    grey = torch.full((1, 3, 192, 192), 0.5)
    texture = grey.clone()
    texture[..., ::2, :] += 0.1
    texture[..., 1::2, :] -= 0.1
    losses = look_losses(texture, grey, grey, None, WEIGHTS)
    assert float(losses.colour) == pytest.approx(0, abs=1e-6)
    assert float(losses.edges) == float(edge_loss(texture, grey))
    assert float(losses.edges) == pytest.approx(0.1, rel=1e-2)
    assert float(losses.ms_ssim) > 0.01


def test_the_discriminator_sees_the_base(picture: Tensor) -> None:
    torch.manual_seed(0)
    judge = LookDiscriminator(4)
    one, other = (
        look_losses(picture, picture, base, judge, WEIGHTS).adversarial.detach()
        for base in (picture, picture.flip(-1))
    )
    assert float(one) != float(other)
    assert float(one) > 0


def test_a_discriminator_learns_to_tell_looks_from_targets(picture: Tensor) -> None:
    torch.manual_seed(0)
    judge = LookDiscriminator(4)
    optimiser = torch.optim.Adam(judge.parameters(), 2e-3)
    base = picture.mean((-2, -1), keepdim=True).expand_as(picture)
    losses = []
    for _ in range(30):
        loss = discriminator_loss(judge, base, picture, base)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.2 * losses[0]


def test_previews_follow_pictures(picture: Tensor) -> None:
    """What a look changes in the means of blocks, it must change in previews, too."""
    base = F.avg_pool2d(picture, 16)
    brighter = picture + 0.1
    for preview, wanted in ((base, 0.1), (base + 0.1, 0.0)):
        losses = look_losses(brighter, picture, picture, None, WEIGHTS, (preview, base))
        assert float(losses.preview) == pytest.approx(wanted, abs=1e-6)
    without = look_losses(brighter, picture, picture, None, WEIGHTS)
    assert float(without.preview) == 0


def test_the_total_is_the_weighted_sum() -> None:
    weights = LookLossWeights(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)
    losses = LookLosses(*(torch.tensor(10.0**n).double() for n in range(len(fields(LookLosses)))))
    assert float(total_loss(losses, weights)) == 87654321


def test_what_repeats_in_every_latent_is_a_grid(picture: Tensor) -> None:
    dots = torch.zeros(1, 3, 16, 16)
    dots[..., ::4, ::4] = 0.16
    grid = grid_loss(dots.tile(2, 1, 12, 12))
    assert float(grid) == pytest.approx(2 * 0.16 * 1 / 16 * 15 / 16, rel=1e-4)
    assert float(grid_loss(torch.full((1, 3, 128, 128), 0.1))) == pytest.approx(0, abs=1e-6)
    assert float(grid_loss(0.1 * (picture - 0.5))) < 0.25 * 0.1 * 0.25  # noise averages out
    losses = look_losses(picture + dots.tile(2, 1, 12, 12), picture, picture, None, GRID)
    assert float(losses.grid) == pytest.approx(float(grid), rel=1e-3)


def test_the_perceptual_term_is_the_mean_distance_to_the_target(picture: Tensor) -> None:
    def distance(one: Tensor, other: Tensor) -> Tensor:
        return (one - other).mean((1, 2, 3), keepdim=True)

    target = picture - torch.tensor([0.1, 0.3]).view(2, 1, 1, 1)
    losses = look_losses(picture, target, picture, None, WEIGHTS, None, distance)
    assert float(losses.perceptual) == pytest.approx(0.2, rel=1e-4)
    assert float(look_losses(picture, target, picture, None, WEIGHTS).perceptual) == 0


def test_pictures_without_any_likeness_have_a_finite_gradient(picture: Tensor) -> None:
    """A negative has a structure of −1, and MS-SSIM is a product of powers."""
    other = picture.clone()
    other[0] = 1 - other[0]
    other.requires_grad_()
    loss = look_losses(other, picture, picture, None, WEIGHTS).ms_ssim
    loss.backward()  # type: ignore[no-untyped-call]
    assert other.grad is not None
    assert bool(other.grad.isfinite().all())
    assert float(loss.detach()) == pytest.approx(0.5, abs=1e-3)
    assert not other.grad[0].any()
    negative = look_losses(1 - picture, picture, picture, None, WEIGHTS)
    assert float(negative.ms_ssim) == 1


def test_ms_ssim_is_the_one_of_reports(picture: Tensor) -> None:
    noisy = (picture + 0.2 * torch.rand_like(picture)).clamp(0, 1)
    both = [(255 * p).round() for p in (noisy, picture)]
    wanted = [
        ms_ssim(*(p[n].permute(1, 2, 0).numpy().astype(np.uint8) for p in both)) for n in range(2)
    ]
    losses = look_losses(both[0] / 255, both[1] / 255, picture, None, WEIGHTS)
    assert float(losses.ms_ssim) == pytest.approx(1 - sum(wanted) / 2, abs=1e-5)
