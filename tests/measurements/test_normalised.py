"""What NRN makes of exposures: the figure and its numbers."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from llcodec.errors import ModelError
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.switches import NercoSwitches
from llcodec.nerco.torch_engine import nerco_file
from llcodec.nerco.weights import write_nerco
from measurements.normalised import Exposure, brightness, main, normalise


def test_every_size_keeps_its_size(tiny_nerco: NercoPreset) -> None:
    model = NercoModel(tiny_nerco)
    for height, width in ((33, 45), (3, 5)):
        normalised = normalise(model, torch.rand(1, 3, height, width))
        assert normalised.shape == (1, 3, height, width)
        assert 0 <= normalised.min() <= normalised.max() <= 1


def test_a_model_without_nrn_is_refused(tiny_nerco: NercoPreset) -> None:
    model = NercoModel(tiny_nerco, replace(NercoSwitches(), normalisation=False))
    with pytest.raises(ModelError, match="no NRN"):
        normalise(model, torch.rand(1, 3, 32, 32))


def test_spreads_are_those_of_the_means() -> None:
    def grey(level: float) -> torch.Tensor:
        return torch.full((1, 3, 8, 8), level / 255)

    found = brightness([Exposure("a", grey(10), grey(50)), Exposure("b", grey(30), grey(52))])
    assert found.shot == (10, 30)
    assert found.normalised == (50, 52)
    assert (found.shot_spread, found.normalised_spread) == (10, 1)


@pytest.fixture
def exposures(tmp_path: Path) -> list[str]:
    paths = []
    for level in (20, 90):
        noise = np.random.default_rng(level).integers(0, level, (40, 56, 3), np.uint8)
        paths.append(tmp_path / f"{level}.png")
        Image.fromarray(noise).save(paths[-1])
    return [str(path) for path in paths]


def run(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["normalised", *arguments])
    main()


def test_the_figure_and_its_numbers(
    exposures: list[str],
    tiny_nerco: NercoPreset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("matplotlib")
    out, weights = tmp_path / "figure.png", tmp_path / "own.safetensors"
    write_nerco(weights, nerco_file("own", NercoModel(tiny_nerco)))
    run(*exposures, "--model", str(weights), "--out", str(out), monkeypatch=monkeypatch)
    with Image.open(out) as figure:
        assert figure.size == (520, 600)
    result = json.loads(out.with_suffix(".json").read_text())
    assert result["names"] == ["20", "90"]
    assert result["shot"][0] < result["shot"][1]
    assert str(tmp_path) not in result["command"]


def test_what_goes_wrong_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = (str(tmp_path / "none.png"), "--model", "none", "--out", str(tmp_path / "f.png"))
    with pytest.raises(SystemExit, match="no model 'none'"):
        run(*arguments, monkeypatch=monkeypatch)
