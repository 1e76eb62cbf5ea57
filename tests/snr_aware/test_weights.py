"""Weight files of the SNR-aware enhancer: what goes in comes out, what is wrong is refused."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from llcodec._cards import read_card
from llcodec._weight_files import rounded_half
from llcodec.enhancing.enhancer import Enhancer
from llcodec.errors import BrokenModelError, UnknownModelError
from llcodec.snr_aware.network import SnrAwareNetwork
from llcodec.snr_aware.presets import SnrAwarePreset
from llcodec.snr_aware.torch_engine import snr_aware_file, snr_aware_network
from llcodec.snr_aware.weights import read_snr_aware, write_snr_aware

Card = dict[str, Any]
Tensors = dict[str, torch.Tensor]


@pytest.fixture
def path(tiny_snr_aware: SnrAwarePreset, tmp_path: Path) -> Path:
    torch.manual_seed(0)
    file = snr_aware_file("tiny", SnrAwareNetwork(tiny_snr_aware), {"steps": "5"})
    write_snr_aware(tmp_path / "tiny.safetensors", file)
    return tmp_path / "tiny.safetensors"


def test_a_model_comes_back_in_half_precision(path: Path, tiny_snr_aware: SnrAwarePreset) -> None:
    read = read_snr_aware(path)
    assert (read.name, read.notes, read.shape) == ("tiny", {"steps": "5"}, tiny_snr_aware)
    network = snr_aware_network(read)
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    torch.manual_seed(0)
    for key, value in SnrAwareNetwork(tiny_snr_aware).state_dict().items():
        assert np.array_equal(network.state_dict()[key].numpy(), rounded_half(value.numpy()))
    assert not network.training


def test_the_card_says_what_it_is(path: Path) -> None:
    card = read_card(path)
    assert (card.name, card.kind, card.preset) == ("tiny", "enhancer", "snr-aware-tiny")
    assert card.parameters == sum(
        p.numel() for p in snr_aware_network(read_snr_aware(path)).parameters()
    )


def test_equal_models_are_equal_files(path: Path, tmp_path: Path) -> None:
    write_snr_aware(tmp_path / "again", read_snr_aware(path))
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def forget_a_layer(card: Card, tensors: Tensors) -> None:
    del tensors["float.last.weight"]


def spoil_a_weight(card: Card, tensors: Tensors) -> None:
    tensors["float.last.weight"][0, 0, 0, 0] = float("nan")


def rename(card: Card, tensors: Tensors) -> None:
    card["name"] = "../elsewhere"


def inflate(card: Card, tensors: Tensors) -> None:
    card["preset"]["transformer"]["layers"] = 10**9


def mix_up_the_map(card: Card, tensors: Tensors) -> None:
    card["preset"]["snr"] = "best"


def change_the_format(card: Card, tensors: Tensors) -> None:
    card["format"] = "llcodec-nerco-1"


@pytest.mark.parametrize("engine", ["onnx", "torch"])
@pytest.mark.parametrize(
    "damage",
    [forget_a_layer, spoil_a_weight, rename, inflate, mix_up_the_map, change_the_format],
)
def test_damage_is_refused(
    path: Path, damage: Callable[[Card, Tensors], None], engine: str
) -> None:
    with safe_open(path, framework="pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        card = json.loads(file.metadata()["llcodec"])
    damage(card, tensors)
    save_file(tensors, path, {"llcodec": json.dumps(card)})
    with pytest.raises(BrokenModelError):
        Enhancer(str(path), engine=engine, device="cpu")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError):
        read_snr_aware(tmp_path / "none")
