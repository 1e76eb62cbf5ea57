"""Our own enhancers: the shipped joint network, and an untrained NeRCo with few channels."""

from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec import __version__
from llcodec._arrays import Pixels
from llcodec._cards import read_card
from llcodec._shipped import shipped_file
from llcodec.bench.enhancers.learned import LearnedEnhancer
from llcodec.enhancing.enhancer import Enhancer
from llcodec.errors import InputError, ModelError, UnknownModelError
from llcodec.imaging import Picture
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.torch_engine import nerco_file
from llcodec.nerco.weights import write_nerco

NOTES = {"data": "lol: 9 pairs", "hours": "2.5"}


@pytest.fixture(scope="module")
def nerco(tiny_nerco: NercoPreset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("nerco") / "tiny.safetensors"
    write_nerco(path, nerco_file("tiny", NercoModel(tiny_nerco, degrader=False), dict(NOTES)))
    return path


@pytest.fixture(scope="module")
def dark() -> Pixels:
    return np.random.default_rng(0).integers(0, 40, (48, 64, 3), dtype=np.uint8)


def test_it_makes_what_llc_enhance_makes(nerco: Path, dark: Pixels) -> None:
    for name, model in (("nerco", str(nerco)), ("joint", "joint")):
        made = LearnedEnhancer(name, model).enhance(dark)
        usual = Enhancer(model, engine="torch", device="cpu").enhance(Picture(dark)).pixels
        assert made.dtype == np.uint8
        assert made.shape == dark.shape
        np.testing.assert_array_equal(made, usual)
    assert made.mean() > 2 * dark.mean()


def test_results_tell_all_that_decides_and_no_place(nerco: Path) -> None:
    enhancer = LearnedEnhancer("nerco", str(nerco))
    card, settings = read_card(nerco), enhancer.settings()
    assert (enhancer.name, enhancer.card) == ("nerco", card)
    assert settings.versions == {
        "llcodec": __version__,
        "torch": torch.__version__,
        "SHA-256": card.sha256,
    }
    assert settings.parameters == {
        "model": "tiny",
        "preset": card.preset,
        "parameters": card.parameters,
        "data": NOTES["data"],
        "device": "cpu",
    }
    assert settings.training_hours == 2.5
    assert str(nerco.parent) not in str(settings)


def test_another_device_has_other_settings(nerco: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = LearnedEnhancer("nerco", str(nerco)).settings()
    # A device without numbers stands in for a GPU that this machine need not have.
    meta = torch.device("meta")
    monkeypatch.setattr("llcodec.engine.torch_device.torch_device", lambda name: meta)
    assert LearnedEnhancer("nerco", str(nerco), "cuda").settings() != usual


def test_auto_is_reported_as_what_it_came_to(nerco: Path) -> None:
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    found = LearnedEnhancer("nerco", str(nerco), "auto").settings()
    assert found.parameters["device"] == expected


def test_models_that_cannot_enhance_and_devices_that_there_are_not(nerco: Path) -> None:
    with pytest.raises(ModelError, match="does not enhance"):
        LearnedEnhancer("base", str(shipped_file("base")))
    with pytest.raises(UnknownModelError):
        LearnedEnhancer("nerco", "nowhere.safetensors")
    with pytest.raises(InputError, match="unknown device 'abacus'"):
        LearnedEnhancer("nerco", str(nerco), "abacus")
