import math

import pytest
import torch
from pytorch_msssim import ssim
from torch import Tensor

from llcodec.nets.joint import JointOutput
from llcodec.training.losses import (
    flat_error,
    lambda_of_quality,
    match_global_tone,
    rate_distortion,
)
from llcodec.training.recipe import LAMBDAS, Distortion


def test_integer_qualities_have_their_lambdas() -> None:
    quality = torch.arange(1, 9).float()
    torch.testing.assert_close(lambda_of_quality(quality, LAMBDAS), torch.tensor(LAMBDAS))


def test_lambdas_between_are_geometric() -> None:
    quality = torch.tensor([1.5, 4.25, 7.999])
    lam = lambda_of_quality(quality, LAMBDAS)
    assert float(lam[0]) == pytest.approx(math.sqrt(LAMBDAS[0] * LAMBDAS[1]))
    assert float(lam[1]) == pytest.approx(LAMBDAS[3] ** 0.75 * LAMBDAS[4] ** 0.25)
    assert (lambda_of_quality(torch.linspace(1, 8, 99), LAMBDAS).diff() > 0).all()


def output(x_hat: Tensor, latent: list[float], hyper: list[float]) -> JointOutput:
    return JointOutput(x_hat, torch.tensor(latent), torch.tensor(hyper))


def test_loss_is_its_formula() -> None:
    torch.manual_seed(0)
    target, x_hat = torch.rand(2, 3, 4, 5), torch.rand(2, 3, 4, 5)
    lam = torch.tensor([0.0064, 0.0256])
    loss = rate_distortion(output(x_hat, [40, 80], [4, 8]), target, lam, Distortion(l1=0.1))
    error = (x_hat - target).double()
    mse = error.square().mean((1, 2, 3))
    distortion = 255**2 * (mse + 0.1 * error.abs().mean((1, 2, 3)))
    bpp = torch.tensor([44.0, 88.0]).double() / 20
    parts = (bpp + lam * distortion) / (lam / 0.0064).sqrt()
    assert float(loss.total) == pytest.approx(float(parts.mean()), rel=1e-5)
    assert float(loss.bpp) == pytest.approx(float(bpp.mean()), rel=1e-5)
    assert float(loss.mse) == pytest.approx(float(mse.mean()), rel=1e-5)
    assert float(loss.distortion) == pytest.approx(float(distortion.mean()), rel=1e-5)


def test_perfect_pictures_cost_their_bits_only() -> None:
    target = torch.rand(1, 3, 8, 8)
    loss = rate_distortion(
        output(target, [128], [0]), target, torch.tensor([0.0064]), Distortion(l1=0.5)
    )
    assert float(loss.total) == pytest.approx(2.0)
    assert float(loss.mse) == 0


def test_the_papers_loss_is_absolute_error_alone() -> None:
    """λ·255²·L1 + R, neither squares nor weights by rate (Joint-IC-LL, Eq. 3 and its code)."""
    torch.manual_seed(0)
    target, x_hat = torch.rand(2, 3, 4, 5), torch.rand(2, 3, 4, 5)
    lam = torch.tensor([0.0016, 0.012])
    out = output(x_hat, [40, 80], [4, 8])
    loss = rate_distortion(out, target, lam, Distortion(mse=0.0, l1=1.0), equalise=False)
    error = (x_hat - target).abs().mean((1, 2, 3))
    expected = (torch.tensor([44.0, 88.0]) / 20 + lam * 255**2 * error).mean()
    assert float(loss.total) == pytest.approx(float(expected), rel=1e-5)


def test_structure_can_be_part_of_the_distortion() -> None:
    target = torch.rand(2, 3, 32, 32)
    x_hat = (target + 0.05 * torch.randn_like(target)).requires_grad_()
    weights = Distortion(mse=0.0, ssim=1.0)
    lam = torch.tensor([0.0064, 0.0064])
    loss = rate_distortion(output(x_hat, [0, 0], [0, 0]), target, lam, weights)
    wanted = ssim(x_hat.detach(), target, data_range=1.0)
    assert float(loss.distortion.detach()) == pytest.approx(255**2 * (1 - float(wanted)), rel=1e-4)
    loss.total.backward()  # type: ignore[no-untyped-call]
    assert x_hat.grad is not None
    assert bool(x_hat.grad.any())


def test_perceptual_distances_count_by_their_weight() -> None:
    target, x_hat = torch.rand(2, 3, 8, 8), torch.rand(2, 3, 8, 8)
    lam, weights = torch.tensor([0.0016, 0.012]), Distortion(perceptual=0.5)
    out = output(x_hat, [40, 80], [4, 8])
    without, with_them = (
        rate_distortion(out, target, lam, weights, equalise=False, distances=distances)
        for distances in (None, torch.tensor([0.2, 0.6]))
    )
    added = 0.5 * 255**2 * torch.tensor([0.2, 0.6])
    assert float(with_them.distortion - without.distortion) == pytest.approx(float(added.mean()))
    assert float(with_them.total - without.total) == pytest.approx(float((lam * added).mean()))
    assert with_them.mse == without.mse
    with pytest.raises(ValueError, match="distances of 2 pictures"):
        rate_distortion(out, target, lam, weights, distances=torch.zeros(2, 1, 1, 1))


def thumbnails() -> Tensor:
    return torch.rand(2, 3, 10, 15, generator=torch.manual_seed(4)) * 0.5 + 0.2


def test_targets_take_the_tone_that_the_codec_is_given() -> None:
    """A toned thumbnail that is the target's by gain and offset maps the target exactly."""
    high = torch.rand(2, 3, 8, 8, generator=torch.manual_seed(5)) * 0.4 + 0.3
    small = thumbnails()
    gain = torch.tensor([0.8, 1.1, 1.4]).view(3, 1, 1)
    mean = small.mean((-2, -1), keepdim=True)
    toned = (small - mean) * gain + mean + 0.05
    moved = match_global_tone(high, small, toned, 1.0)
    torch.testing.assert_close(moved, (high - mean) * gain + mean + 0.05, atol=5e-3, rtol=0)
    half = match_global_tone(high, small, toned, 0.5)
    torch.testing.assert_close(half, (high + moved) / 2)


def test_targets_stay_pictures() -> None:
    """What no picture can show is not asked for."""
    high, small = torch.rand(2, 3, 8, 8), thumbnails()
    moved = match_global_tone(high, small, 1.5 * small + 0.2, 1.0)
    assert moved.max() == 1
    assert moved.min() >= 0


def test_targets_stay_where_there_is_nothing_to_move() -> None:
    high, small = torch.rand(2, 3, 8, 8), thumbnails()
    assert torch.equal(match_global_tone(high, small, torch.rand_like(small), 0.0), high)
    torch.testing.assert_close(match_global_tone(high, small, small, 1.0), high, atol=5e-3, rtol=0)


def test_flat_and_contrary_thumbnails_do_no_harm() -> None:
    high = torch.rand(2, 3, 8, 8)
    flat = torch.full((2, 3, 10, 15), 0.5)
    for toned in (flat, 1 - thumbnails(), 9 * thumbnails()):
        for small in (flat, thumbnails()):
            moved = match_global_tone(high, small, toned, 1.0)
            assert moved.isfinite().all()
            spread = moved.amax((2, 3)) - moved.amin((2, 3))
            limit = high.amax((2, 3)) - high.amin((2, 3))
            assert (spread <= 2 * limit + 1e-5).all()


def test_steps_in_flat_places_are_errors_and_those_in_texture_are_not() -> None:
    ramp = torch.linspace(0.2, 0.3, 64).expand(1, 3, 64, 64)
    step = torch.zeros(64)
    step[32:] = 1 / 255
    assert float(flat_error(ramp, ramp)) == 0
    assert float(flat_error(ramp + 0.1, ramp)) == pytest.approx(0, abs=1e-6)
    seen = float(flat_error(ramp + step, ramp))
    across = float(flat_error(ramp + step[:, None], ramp))
    assert seen == pytest.approx(1 / 255 / 63, rel=0.2)
    assert across == pytest.approx(1 / 255 / 63, rel=0.2)
    texture = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    assert float(flat_error(texture + step, texture)) < seen / 1000


def test_flat_errors_count_by_their_weight() -> None:
    torch.manual_seed(0)
    target = torch.full((1, 3, 16, 16), 0.5)
    out, lam = output(target + 0.01 * torch.rand_like(target), [0], [0]), torch.tensor([0.0064])
    without = rate_distortion(out, target, lam, Distortion())
    given = rate_distortion(out, target, lam, Distortion(flat=0.5))
    more = 255**2 * 0.5 * float(flat_error(out.x_hat, target).mean())
    assert float(given.distortion - without.distortion) == pytest.approx(more, rel=1e-4)
