import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from llcodec.errors import InputError
from measurements.peers import export as exporting
from measurements.peers.export import (
    Enhancer,
    export,
    export_recipe,
    largest_difference,
    load_network,
    main,
)
from measurements.peers.recipes import Recipe

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
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / f"{module_of(tmp_path)}.py").write_text(NETWORK)
    monkeypatch.syspath_prepend(str(tmp_path / "code"))
    torch.manual_seed(0)
    state = {
        "module.first.weight": torch.randn(8, 3, 3, 3),
        "module.first.bias": torch.randn(8),
        "module.last.weight": torch.randn(8, 3, 4, 4),
        "module.last.bias": torch.randn(3),
    }
    torch.save({"state_dict": state}, tmp_path / "code" / "peer.pth")
    return tmp_path


def module_of(checkout: Path) -> str:
    return f"peer_{checkout.name.replace('-', '_')}"


def recipe_of(checkout: Path) -> Recipe:
    digest = hashlib.sha256((checkout / "code" / "peer.pth").read_bytes()).hexdigest()
    return Recipe(
        f"{module_of(checkout)}:Peer",
        {"peer.pth": digest},
        folder="code",
        arguments={"width": 8},
        result=1,
        multiple=2,
        program=True,
        repository="somebody/peer",
    )


def test_a_network_is_exported_and_what_it_was_made_of_is_reported(
    checkout: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "find_recipe", {"peer": recipe_of(checkout)}.__getitem__)
    main(["peer", str(checkout), "--out", str(checkout / "exported")])
    record = json.loads(capsys.readouterr().out)
    assert record["largest difference"] <= 1
    assert record["parameters"] == 8 * 28 + 3 * (8 * 16 + 1)
    assert (record["repository"], record["commit"]) == ("somebody/peer", "unknown")
    assert len(record["exported"]["sha256"]) == 64
    assert (checkout / "exported" / "peer.pt2").is_file()
    assert json.loads((checkout / "exported" / "peer.json").read_text()) == record


def test_weights_of_another_network_are_refused(checkout: Path) -> None:
    with pytest.raises(InputError, match="are not weights of"):
        load_network(checkout, replace(recipe_of(checkout), arguments={"width": 4}))


def test_another_file_is_refused(checkout: Path) -> None:
    recipe = recipe_of(checkout)
    with (checkout / "code" / "peer.pth").open("ab") as file:
        file.write(b"x")
    with pytest.raises(InputError, match="is not the file of the recipe"):
        load_network(checkout, recipe)
    with pytest.raises(InputError, match=r"gone\.pth: No such file"):
        load_network(checkout, replace(recipe, weights={"gone.pth": "0" * 64}))


def test_a_place_needs_a_class(checkout: Path) -> None:
    with pytest.raises(InputError, match="is not MODULE:CLASS"):
        export_recipe("peer", replace(recipe_of(checkout), network="peer"), checkout, checkout)


def test_the_picture_is_compared_with_the_networks_own(tmp_path: Path) -> None:
    out = tmp_path / "it.pt2"
    torch.manual_seed(0)
    one, other = (Enhancer(nn.Conv2d(3, 3, 3, padding=1), None).eval() for _ in range(2))
    export(one, out, 1)
    assert largest_difference(one, out) <= 1
    assert largest_difference(other, out) > 1
