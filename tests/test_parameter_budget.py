import threading

import pytest
import torch
from torch import nn

from llcodec._parameter_budget import parameter_budget
from llcodec.errors import BrokenModelError

FEW = [10]


def test_networks_of_the_size_of_the_file_are_built() -> None:
    with parameter_budget([4_000_000] * 5):
        layer = nn.Linear(6000, 6000)
    assert layer.weight.shape == (6000, 6000)


def test_a_network_that_no_memory_holds_is_refused_before_it_is_filled() -> None:
    with (
        pytest.raises(BrokenModelError, match="far larger than its weights"),
        parameter_budget(FEW),
    ):
        nn.Linear(60_000, 60_000)  # 14 GB, which filling would take


def test_a_network_of_endless_small_parts_is_refused() -> None:
    with pytest.raises(BrokenModelError, match="far larger"), parameter_budget(FEW):
        nn.Sequential(*(nn.Conv2d(1, 1, 1) for _ in range(10_000_000)))


def test_afterwards_and_elsewhere_nothing_is_counted() -> None:
    with pytest.raises(BrokenModelError), parameter_budget(FEW):
        nn.Linear(6000, 6000)
    nn.Linear(6000, 6000)
    built = []
    with parameter_budget(FEW):
        other = threading.Thread(target=lambda: built.append(nn.Linear(6000, 6000)))
        other.start()
        other.join()
    assert built


def test_random_numbers_stay_as_they_were() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    with parameter_budget(FEW):
        nn.Linear(3, 3)
    assert torch.equal(torch.rand(3), expected)
