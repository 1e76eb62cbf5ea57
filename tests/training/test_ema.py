import copy

import pytest
import torch
from torch import nn

from llcodec.training.ema import Ema


def test_a_new_average_is_a_frozen_copy() -> None:
    model = nn.Linear(2, 3)
    ema = Ema(model, 0.9)
    assert torch.equal(ema.model.weight, model.weight)
    assert ema.model.weight is not model.weight
    assert not ema.model.weight.requires_grad
    assert not ema.model.training
    assert model.training
    assert model.weight.requires_grad


def test_late_steps_move_by_the_decay() -> None:
    model = nn.Linear(2, 3)
    ema = Ema(model, 0.9)
    before = ema.model.weight.clone()
    with torch.no_grad():
        model.weight.add_(1)
    ema.update(model, 10_000)
    torch.testing.assert_close(ema.model.weight, before + 0.1)
    torch.testing.assert_close(model.weight.detach(), before + 1)


def test_early_steps_forget_the_start() -> None:
    model = nn.Linear(1, 1)
    fast, slow = Ema(model, 0.999), Ema(model, 0.999)
    target = copy.deepcopy(model)
    with torch.no_grad():
        target.weight.fill_(5)
    for step in range(1, 50):
        fast.update(target, step)
        slow.update(target, 100_000)
    assert float(fast.model.weight) == pytest.approx(5, abs=0.01)
    assert float(slow.model.weight) < 4


def test_averages_of_a_model_that_rests_arrive() -> None:
    model = nn.Linear(4, 4)
    ema = Ema(model, 0.5)
    with torch.no_grad():
        model.bias.add_(3)
    for step in range(60):
        ema.update(model, step)
    torch.testing.assert_close(ema.model.bias, model.bias.detach())
