"""Weight files of NeRCo: what goes in comes out, and whatever is wrong is refused."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, replace
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
from llcodec.errors import BrokenModelError, LlcError, UnknownModelError
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.switches import ABLATIONS, NercoSwitches
from llcodec.nerco.torch_engine import nerco_file, nerco_model
from llcodec.nerco.weights import FORMAT, NercoFile, read_nerco, write_nerco

Parts = tuple[dict[str, Any], dict[str, torch.Tensor]]


@pytest.fixture
def file(compact: NercoPreset) -> NercoFile:
    return nerco_file("tiny", NercoModel(compact), {"data": "noise", "steps": "5"})


@pytest.fixture
def path(file: NercoFile, tmp_path: Path) -> Path:
    write_nerco(tmp_path / "tiny.safetensors", file)
    return tmp_path / "tiny.safetensors"


@pytest.fixture
def parts(path: Path) -> Parts:
    """The card and the tensors of a good weight file, to be damaged."""
    with safe_open(path, framework="pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        return json.loads(file.metadata()["llcodec"]), tensors


@pytest.fixture(params=["onnx", "torch"])
def load(request: pytest.FixtureRequest) -> Callable[[Path], Enhancer]:
    """Load a weight file into each engine, which checks its arrays."""
    return lambda path: Enhancer(str(path), engine=request.param, device="cpu")


def save(path: Path, card: dict[str, Any], tensors: dict[str, torch.Tensor]) -> Path:
    save_file(tensors, path, {"llcodec": json.dumps(card)})
    return path


def test_a_model_comes_back_in_half_precision_and_without_g_l(
    tiny: NercoPreset, tmp_path: Path
) -> None:
    trained = NercoModel(tiny)
    write_nerco(tmp_path / "a", nerco_file("own", trained, {"steps": "5"}))
    read = read_nerco(tmp_path / "a")
    assert (read.name, read.notes, read.shape.preset) == ("own", {"steps": "5"}, tiny)
    assert read.sha256 == hashlib.sha256((tmp_path / "a").read_bytes()).hexdigest()
    model = nerco_model(read)
    assert model.g_l is None
    assert not model.training
    assert not any(p.requires_grad for p in model.parameters())
    state = trained.state_dict()
    kept = model.state_dict()
    assert kept.keys() == {key for key in state if not key.startswith("g_l.")}
    for key, value in kept.items():
        assert value.dtype == torch.float32
        assert np.array_equal(value.numpy(), rounded_half(state[key].numpy()))


def test_what_is_read_enhances_as_what_was_written(tiny: NercoPreset, tmp_path: Path) -> None:
    model = NercoModel(tiny)
    write_nerco(tmp_path / "a", nerco_file("own", model))
    x = 0.1 * torch.rand(1, 3, 20, 36)
    read = nerco_model(read_nerco(tmp_path / "a"))
    torch.testing.assert_close(read.enhance(x), model.enhance(x), atol=5e-3, rtol=0)


@pytest.mark.parametrize("switches", [*ABLATIONS, NercoSwitches(coordinates=False)])
def test_switches_come_back(compact: NercoPreset, switches: NercoSwitches, tmp_path: Path) -> None:
    write_nerco(tmp_path / "a", nerco_file("own", NercoModel(compact, switches)))
    read = nerco_model(read_nerco(tmp_path / "a"))
    assert read.switches == switches
    assert (read.nrn is None) == (not switches.normalisation)
    assert (read.me is None) == (not switches.cooperation)


def test_reading_leaves_the_random_numbers_of_others_alone(path: Path) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    nerco_model(read_nerco(path))
    assert torch.equal(torch.rand(3), expected)


def test_the_card_says_what_the_file_is(path: Path, file: NercoFile, parts: Parts) -> None:
    stored, _ = parts
    assert stored["format"] == FORMAT
    assert stored["preset"] == asdict(file.shape.preset)
    assert stored["switches"] == asdict(file.shape.switches)
    card = read_card(path)
    assert (card.name, card.kind, card.preset) == ("tiny", "enhancer", "nerco-compact")
    model = nerco_model(read_nerco(path))
    assert card.parameters == sum(p.numel() for p in model.parameters())


def test_a_neighbourhood_without_a_middle_is_broken(parts: Parts, tmp_path: Path) -> None:
    card, tensors = parts
    card["preset"]["neighbourhood"] = 2
    with pytest.raises(BrokenModelError, match="middle"):
        read_nerco(save(tmp_path / "a", card, tensors))


def test_a_missing_file_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="no such weight file"):
        read_nerco(tmp_path / "none.safetensors")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
def test_truncated_files_are_broken(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(BrokenModelError, match="damaged weight file"):
        read_nerco(path)


def test_an_empty_file_is_not_a_weight_file(path: Path) -> None:
    path.write_bytes(b"")
    with pytest.raises(BrokenModelError, match="not a weight file"):
        read_nerco(path)


def test_flipped_bytes_are_broken_or_another_model(path: Path) -> None:
    data = path.read_bytes()
    sha256 = read_nerco(path).sha256
    header = int.from_bytes(data[:8], "little")
    rng = np.random.default_rng(2)
    places = [*range(8), *rng.integers(8, 8 + header, 80), *rng.integers(header, len(data), 10)]
    broken = 0
    for place in places:
        damaged = bytearray(data)
        damaged[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        try:
            assert read_nerco(path).sha256 != sha256
        except LlcError:
            broken += 1
    assert broken > 50


@pytest.mark.parametrize("key", ["format", "name", "preset", "switches", "notes"])
def test_missing_metadata_is_broken(parts: Parts, key: str, tmp_path: Path) -> None:
    card, tensors = parts
    del card[key]
    with pytest.raises(BrokenModelError):
        read_nerco(save(tmp_path / "a", card, tensors))


@pytest.mark.parametrize("key", ["format", "name", "preset", "switches", "notes"])
@pytest.mark.parametrize("value", ["[]", "3", "null", '"A text"'])
def test_wrong_metadata_is_broken(parts: Parts, key: str, value: str, tmp_path: Path) -> None:
    card, tensors = parts
    with pytest.raises(BrokenModelError):
        read_nerco(save(tmp_path / "a", card | {key: json.loads(value)}, tensors))


@pytest.mark.parametrize(
    "change",
    [
        {"family": "compct"},
        {"name": 5},
        {"mask_blocks": -1},
        {"mask_blocks": 10**9},
        {"extractor_width": 10**9},
        {"enhancer_width": 8.0},
        {"enhancer_width": True},
        {"neighbourhood": "1"},
        {"frequencies": 9},
        {"more": 1},
    ],
)
def test_impossible_presets_are_broken(
    parts: Parts, change: dict[str, Any], load: Callable[[Path], Enhancer], tmp_path: Path
) -> None:
    card, tensors = parts
    preset = card["preset"] | change
    with pytest.raises(BrokenModelError):
        load(save(tmp_path / "a", card | {"preset": preset}, tensors))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_broken(parts: Parts, value: float, tmp_path: Path) -> None:
    card, tensors = parts
    key = sorted(tensors)[3]
    damaged = tensors | {key: torch.full_like(tensors[key], value)}
    with pytest.raises(BrokenModelError, match="not finite"):
        read_nerco(save(tmp_path / "a", card, damaged))


def test_missing_misshapen_and_additional_tensors_are_broken(
    parts: Parts, load: Callable[[Path], Enhancer], tmp_path: Path
) -> None:
    card, tensors = parts
    for key in sorted(tensors)[::5]:
        rest = {k: v for k, v in tensors.items() if k != key}
        shorter = tensors[key].flatten()[:-1].clone()
        for wrong in (rest, tensors | {key: shorter}, tensors | {f"{key}.more": shorter}):
            with pytest.raises(BrokenModelError, match=r"a: .*weight file"):
                load(save(tmp_path / "a", card, wrong))


@pytest.mark.parametrize("name", ["", "My Model", "a" * 33, "../x"])
def test_names_that_no_model_can_have_are_not_written(
    file: NercoFile, name: str, tmp_path: Path
) -> None:
    with pytest.raises(BrokenModelError, match="name"):
        write_nerco(tmp_path / "a", replace(file, name=name))
    assert not list(tmp_path.iterdir())
