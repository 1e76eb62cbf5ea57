from pathlib import Path

import pytest
import torch

from llcodec.metrics.perceptual import NAMES, MetricChoice
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


def test_random_numbers_stay_as_they_were(cache: Path) -> None:
    load_metric.cache_clear()
    before = torch.random.get_rng_state()
    for name in NAMES:
        MetricChoice(name).load()
    assert torch.equal(torch.random.get_rng_state(), before)
