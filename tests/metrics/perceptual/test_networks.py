from pathlib import Path

import pytest
import torch

from llcodec.metrics.perceptual import NAMES, MetricChoice
from llcodec.metrics.perceptual.backbone import SQUEEZENET
from llcodec.metrics.perceptual.library import import_library
from llcodec.metrics.perceptual.metric import load_metric


@pytest.mark.parametrize("name", NAMES)
def test_networks_measure_and_do_not_learn(cache: Path, name: str) -> None:
    network = MetricChoice(name).load().distance
    assert isinstance(network, torch.nn.Module)
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert not any(
        part.training for part in network.modules() if isinstance(part, torch.nn.Dropout)
    )
    x, y = torch.rand(2, 1, 3, 40, 40)
    assert network(x, y).item() == network(x, y).item()


@pytest.mark.published_weights
def test_lpips_on_squeezenet_has_the_values_of_the_library_s_documentation() -> None:
    import_library()
    if not (Path(torch.hub.get_dir()) / "checkpoints" / SQUEEZENET.file_name).is_file():
        pytest.skip(f"{SQUEEZENET.file_name} not in PyTorch's cache")
    network = MetricChoice("lpips-squeeze").load().distance
    generator = torch.Generator().manual_seed(42)
    x, y = (torch.rand(2, 3, 100, 100, generator=generator) for _ in range(2))
    found = [network(a[None], b[None]).item() for a, b in zip(x, y, strict=True)]
    assert found == pytest.approx([0.1024, 0.0938], abs=5e-5)


def test_random_numbers_stay_as_they_were(cache: Path) -> None:
    load_metric.cache_clear()
    before = torch.random.get_rng_state()
    for name in NAMES:
        MetricChoice(name).load()
    assert torch.equal(torch.random.get_rng_state(), before)
