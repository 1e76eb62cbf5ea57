from statistics import fmean

import torch
from torch import Tensor, nn

from llcodec.training.look_discriminator import PLANES, LookDiscriminator
from llcodec.training.look_losses import discriminator_loss
from tests.conftest import photograph


def test_a_score_sees_seventy_pixels_of_two_pictures() -> None:
    torch.manual_seed(0)
    judge = LookDiscriminator(4)
    x = torch.rand(1, PLANES, 128, 128, requires_grad=True)
    scores = judge(x)
    assert scores.shape == (1, 1, 14, 14)
    scores[0, 0, 7, 7].backward()
    assert x.grad is not None
    seen = x.grad[0].abs() > 0
    assert bool(seen.any(2).any(1).all())
    assert seen.any(0).any(0).sum() == seen.any(0).any(1).sum() == 70


def test_weight_matrices_amplify_nothing() -> None:
    """After enough power iterations, the largest singular value is 1."""
    torch.manual_seed(0)
    judge = LookDiscriminator(4)
    for _ in range(30):
        judge(torch.rand(1, PLANES, 64, 64))
    for layer in judge.modules():
        if not isinstance(layer, nn.Conv2d):
            continue
        weight = layer.weight.detach().flatten(1)
        assert abs(float(torch.linalg.matrix_norm(weight, 2)) - 1) < 0.05


def test_it_learns_how_much_grain_is_real() -> None:
    """On pictures that it has not seen, half of the grain is told from all of it."""
    torch.manual_seed(0)
    judge = LookDiscriminator(8)
    optimiser = torch.optim.Adam(judge.parameters(), 5e-4, betas=(0.5, 0.99))
    losses = []
    for seed in range(80):
        base = _base(seed)
        grain = 0.2 * torch.randn_like(base)
        loss = discriminator_loss(judge, base + 0.5 * grain, base + grain, base)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(float(loss.detach()))
    assert fmean(losses[-10:]) < 0.15  # 0.25 without knowing


def _base(seed: int) -> Tensor:
    pixels = torch.from_numpy(photograph(seed, 128, 128)).float() / 255
    return pixels.permute(2, 0, 1)[None]
