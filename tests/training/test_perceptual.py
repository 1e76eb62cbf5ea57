from pathlib import Path

import pytest
import torch

from llcodec.errors import BrokenModelError, InputError
from llcodec.metrics.perceptual import PerceptualMetric
from llcodec.nets.joint import JointOutput
from llcodec.training.losses import rate_distortion
from llcodec.training.perceptual import BackbonesInTurn, distances, load_backbones, network_on
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


def test_files_are_those_of_the_backbones_in_their_order(random_backbones: Path) -> None:
    (alexnet,), (squeezenet,) = (
        list(random_backbones.rglob(f"{name}*.pth")) for name in ("alexnet", "squeezenet")
    )
    both = load_backbones(["alexnet", "squeezenet"], [alexnet, squeezenet])
    assert [metric.name for metric in both] == ["lpips", "lpips-squeeze"]
    with pytest.raises(BrokenModelError, match="not weights of alexnet"):
        load_backbones(["alexnet", "squeezenet"], [squeezenet, alexnet])
    with pytest.raises(InputError, match="in this order: alexnet and squeezenet"):
        load_backbones(["alexnet", "squeezenet"], [alexnet])


def test_the_network_is_a_copy(lpips: PerceptualMetric) -> None:
    network = network_on(lpips, torch.device("cpu"))
    assert network is not lpips.distance


def test_backbones_take_turns_in_their_order(
    lpips: PerceptualMetric, lpips_on_alexnet: PerceptualMetric
) -> None:
    metrics, cpu = [lpips, lpips_on_alexnet], torch.device("cpu")
    turns = BackbonesInTurn(metrics, ["squeezenet", "alexnet"], cpu)
    assert list(turns.settings) == ["lpips-squeeze", "lpips"]
    assert turns.settings["lpips"] == lpips_on_alexnet.sha256
    pictures, targets = torch.rand(2, 1, 3, 64, 64)
    found = [float(turns.at(step)(pictures, targets)) for step in range(4)]
    own = [float(distances(network, pictures, targets)) for network in turns.networks]
    assert found == own * 2
    assert own[0] != own[1]
    with pytest.raises(InputError, match="needs LPIPS on alexnet and squeezenet"):
        BackbonesInTurn(metrics, ["alexnet", "squeezenet"], cpu)
    with pytest.raises(InputError, match="needs LPIPS on squeezenet"):
        BackbonesInTurn([], ["squeezenet"], cpu)
