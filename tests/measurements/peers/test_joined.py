"""Networks that are joined as their authors' programs do, with small stand-ins for the networks."""

import sys
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn

from measurements.peers.joined import PairLie, Sci, URetinex


def give(monkeypatch: pytest.MonkeyPatch, name: str, **members: object) -> None:
    """Make a module of a checkout importable."""
    parent = name.rpartition(".")[0]
    if parent:
        monkeypatch.setitem(sys.modules, parent, ModuleType(parent))
    module = ModuleType(name)
    vars(module).update(members)
    monkeypatch.setitem(sys.modules, name, module)


class Scale(nn.Module):
    """A network that multiplies."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__()
        self.by = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        return self.by * x


def test_an_illumination_divides(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, "model", EnhanceNetwork=Scale)
    network = Sci()
    network.load([{"enhance.by": torch.tensor([4.0]), "calibrate.by": torch.tensor([9.0])}])
    x = torch.full((1, 3, 2, 2), 0.1)
    torch.testing.assert_close(network(x), torch.full_like(x, 0.25))
    assert torch.isfinite(network(torch.zeros_like(x))).all()
    with pytest.raises(RuntimeError, match="Missing key"):
        network.load([{"calibrate.by": torch.tensor([9.0])}])


def test_an_illumination_to_a_power_multiplies(monkeypatch: pytest.MonkeyPatch) -> None:
    class Three(Scale):
        def forward(self, x: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
            return x[:, :1], self.by * x, x

    give(monkeypatch, "net.net", net=Three)
    network = PairLie(power=0.5)
    network.load([{"by": torch.tensor([2.0])}])
    torch.testing.assert_close(
        network(torch.full((1, 3, 2, 2), 0.25)), torch.full((1, 3, 2, 2), 0.25)
    )


def test_rounds_solve_for_both_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    class Parts(Scale):
        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
            return x, self.by.expand(1, 1, *x.shape[2:])

    class Reflectance(Scale):
        def forward(self, r: Tensor, l: Tensor) -> Tensor:  # type: ignore[override]  # noqa: E741
            return self.by * r

    class Light(Scale):
        def forward(self, l: Tensor) -> Tensor:  # noqa: E741
            return self.by * l

    class Adjusted(Scale):
        def forward(self, l: Tensor, alpha: Tensor) -> Tensor:  # type: ignore[override]  # noqa: E741
            return self.by * l * alpha

    give(monkeypatch, "network.decom", Decom=Parts)
    give(monkeypatch, "network.restoration", HalfDnCNNSE=Reflectance)
    give(monkeypatch, "network.illumination_enhance", Illumination_Alone=Light)
    give(monkeypatch, "network.illumination_adjustment", Adjust_naive=Adjusted)
    network = URetinex(ratio=3)
    one = {"by": torch.ones(1)}
    network.load(
        [
            {"state_dict": {"model_R": one}},
            {"state_dict": {"model_R": one, "model_L": one}},
            {"state_dict": {"model_A": one}},
        ]
    )
    x = torch.rand(1, 3, 2, 2)
    # With P = x and Q = 1, x = P · Q is solved already: every round leaves both.
    torch.testing.assert_close(network(x), 3 * x)
