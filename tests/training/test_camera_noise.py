import numpy as np
import torch

from llcodec.training.camera_noise import CameraNoise


def camera(seed: int = 0) -> CameraNoise:
    return CameraNoise(np.random.default_rng(seed))


def test_dark_pictures_get_noise_and_keep_their_mean() -> None:
    dark = torch.full((2, 3, 64, 64), 2 * 30 / 255 - 1)
    noisy = camera()(dark)
    levels = (noisy + 1) / 2 * 255
    assert torch.allclose(levels, levels.round(), atol=1e-3)
    assert levels.std((-2, -1)).min() > 0.3
    assert (levels.mean((-2, -1)) - 30).abs().max() < 1


def test_each_picture_gets_its_own_noise_and_a_seed_tells_which() -> None:
    dark = torch.full((2, 3, 16, 16), -0.7)
    noisy = camera()(dark)
    assert not torch.equal(noisy[0], noisy[1])
    assert torch.equal(noisy, camera()(dark))
    assert not torch.equal(noisy, camera(1)(dark))


def test_gradients_pass_as_if_nothing_had_been_added() -> None:
    dark = torch.full((1, 3, 16, 16), -0.7, requires_grad=True)
    weights = torch.rand(1, 3, 16, 16)
    (camera()(dark) * weights).sum().backward()  # type: ignore[no-untyped-call]
    assert dark.grad is not None
    assert torch.allclose(dark.grad, weights)
