import json
from pathlib import Path

import pytest
import torch
from torch import nn

from llcodec.errors import InputError
from measurements.peers.export import Enhancer, export, largest_difference, main

NETWORK = """
from torch import nn

class Peer(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.first = nn.Conv2d(3, width, 3, stride=2, padding=1)
        self.last = nn.ConvTranspose2d(width, 3, 4, stride=2, padding=1)

    def forward(self, x):
        return x, x + self.last(self.first(x)).tanh()
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of a network, and its weights."""
    name = f"peer_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(NETWORK)
    monkeypatch.syspath_prepend(str(tmp_path))
    torch.manual_seed(0)
    state = {
        "module.first.weight": torch.randn(8, 3, 3, 3),
        "module.first.bias": torch.randn(8),
        "module.last.weight": torch.randn(8, 3, 4, 4),
        "module.last.bias": torch.randn(3),
    }
    torch.save({"state_dict": state}, tmp_path / "peer.pth")
    return tmp_path


def arguments(checkout: Path, width: int = 8, result: int = 1) -> list[str]:
    (module,) = checkout.glob("peer_*.py")
    words = ["--network", f"{module.stem}:Peer", "--arguments", f'{{"width": {width}}}']
    words += ["--weights", str(checkout / "peer.pth"), "--result", str(result)]
    return [str(checkout), *words, "--multiple", "2", "--out", str(checkout / "peer.pt2")]


def test_a_network_is_exported_and_what_it_was_made_of_is_told(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(arguments(checkout))
    told = json.loads(capsys.readouterr().out)
    assert told["largest difference"] <= 1
    assert told["parameters"] == 8 * 28 + 3 * (8 * 16 + 1)
    assert told["commit"] == "unknown"
    assert len(told["exported"]["sha256"]) == 64
    assert (checkout / "peer.pt2").is_file()


def test_weights_of_another_network_are_refused(checkout: Path) -> None:
    with pytest.raises(InputError, match="are not weights of"):
        main(arguments(checkout, width=4))


def test_a_place_needs_a_class(checkout: Path) -> None:
    words = arguments(checkout)
    words[2] = "peer"
    with pytest.raises(InputError, match="is not MODULE:CLASS"):
        main(words)


def test_the_picture_is_compared_with_the_networks_own(tmp_path: Path) -> None:
    out = tmp_path / "it.pt2"
    torch.manual_seed(0)
    one, other = (Enhancer(nn.Conv2d(3, 3, 3, padding=1), None).eval() for _ in range(2))
    export(one, out, 1)
    assert largest_difference(one, out) <= 1
    assert largest_difference(other, out) > 1
