import pytest
import torch

from llcodec.metrics.perceptual import PerceptualMetric
from llcodec.nets.joint import JointOutput
from llcodec.training.losses import rate_distortion
from llcodec.training.perceptual import distances, network_on, settings_of
from llcodec.training.recipe import Distortion


def test_each_picture_has_its_own_distance_and_weight(lpips: PerceptualMetric) -> None:
    """A picture whose λ is ten times as high has ten times the gradient."""
    network = network_on(lpips, torch.device("cpu"))
    target = torch.rand(1, 3, 64, 64).expand(2, -1, -1, -1)
    picture = (0.5 * target + 0.2).detach().requires_grad_()
    found = distances(network, picture, target)
    assert found.shape == (2,)
    assert float(found[0].detach()) == pytest.approx(float(found[1].detach()))
    bits = torch.zeros(2)
    out = JointOutput(picture, bits, bits)
    weights = Distortion(mse=1e-12, perceptual=1.0)
    lam = torch.tensor([0.001, 0.01])
    loss = rate_distortion(out, target, lam, weights, equalise=False, distances=found)
    loss.total.backward()  # type: ignore[no-untyped-call]
    assert picture.grad is not None
    low, high = picture.grad.abs().sum((1, 2, 3)).tolist()
    assert high == pytest.approx(10 * low, rel=1e-3)


def test_the_network_is_a_copy(lpips: PerceptualMetric) -> None:
    network = network_on(lpips, torch.device("cpu"))
    assert network is not lpips.distance
    assert settings_of(lpips) == {"name": "lpips-squeeze", "sha256": lpips.sha256}
