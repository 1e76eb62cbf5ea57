"""NeRCo on ONNX Runtime, held to PyTorch."""

from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray

from llcodec._shipped import shipped_files
from llcodec.errors import BrokenModelError
from llcodec.nerco import onnx_compact, onnx_engine, onnx_paper
from llcodec.nerco.coordinates import coordinates
from llcodec.nerco.model import NercoModel
from llcodec.nerco.onnx_engine import OnnxNerco
from llcodec.nerco.onnx_shapes import check, shapes
from llcodec.nerco.presets import PAPER, PRESETS, NercoPreset
from llcodec.nerco.switches import NercoSwitches
from llcodec.nerco.torch_engine import nerco_model
from llcodec.nerco.views import View, pad_by_reflection, to_overview, to_signed, to_unit
from llcodec.nerco.weights import read_nerco
from llcodec.nerco.windows import Area

Array = NDArray[np.float32]
AREA = Area(8, 20, 24, 44)  # of a picture of 60×90

SWITCHES = [
    NercoSwitches(),
    NercoSwitches(normalisation=False),
    NercoSwitches(coordinates=False),
    NercoSwitches(cooperation=False),
    NercoSwitches(normalisation=False, cooperation=False),
]


def arrays_of(model: NercoModel) -> dict[str, Array]:
    return {key: value.numpy() for key, value in model.state_dict().items()}


def planes(picture: Array) -> torch.Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1)[None]


def dark(height: int, width: int, seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    ramp = np.linspace(0, 0.3, width, dtype=np.float32)[None, :, None]
    return np.repeat(ramp, height, 0) * (0.5 + rng.random((height, width, 3), np.float32))


@torch.no_grad()
def random_model(preset: NercoPreset, switches: NercoSwitches) -> NercoModel:
    torch.manual_seed(1)
    made = NercoModel(preset, switches, degrader=False).eval()
    for parameter in made.parameters():
        parameter.add_(0.05 * torch.randn_like(parameter))
    return made.requires_grad_(False)


def worst(model: NercoModel, area: Area = AREA) -> float:
    """The largest difference between both engines, for a piece of a picture."""
    piece, small = dark(area.height, area.width), dark(100, 150, 1)
    at = coordinates(60, 90, area)
    view = View(to_signed(planes(piece)), to_overview(planes(small)), at)
    wanted = to_unit(model(view))[0].permute(1, 2, 0).numpy()
    overview = pad_by_reflection(planes(small))[0].permute(1, 2, 0).numpy()
    rows, columns = at.rows[0].numpy(), at.columns[0].numpy()
    engine = OnnxNerco(model.preset, model.switches, arrays_of(model))
    mine = engine.brighten(piece, overview, rows, columns)
    assert mine.shape == wanted.shape == (area.height, area.width, 3)
    assert wanted.std() > 0.01
    return float(np.abs(mine - wanted).max())


@pytest.fixture
def tiny_paper() -> NercoPreset:
    return replace(
        PAPER,
        extractor_blocks=1,
        features=4,
        mlp_width=8,
        mask_width=8,
        mask_blocks=1,
        enhancer_width=4,
        enhancer_blocks=2,
        degrader_width=4,
        degrader_blocks=1,
    )


@pytest.mark.parametrize("switches", SWITCHES)
@pytest.mark.parametrize("area", [AREA, Area(0, 0, 8, 8)])
def test_compact(tiny_nerco: NercoPreset, switches: NercoSwitches, area: Area) -> None:
    assert worst(random_model(tiny_nerco, switches), area) < 2e-5


@pytest.mark.parametrize("switches", SWITCHES)
def test_paper(
    tiny_paper: NercoPreset, switches: NercoSwitches, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = random_model(tiny_paper, switches)
    assert worst(model) < 1e-4
    monkeypatch.setattr(onnx_engine, "_BAND_PIXELS", 5 * AREA.width)
    assert worst(model) < 1e-4


def test_the_shipped_model() -> None:
    model = nerco_model(read_nerco(shipped_files()["nerco"]))
    assert worst(model, Area(0, 0, 60, 88)) < 1e-4


@pytest.mark.parametrize("factor", [0.0, 60_000.0])
@pytest.mark.parametrize("family", ["compact", "paper"])
def test_weights_that_make_no_sense_do_no_harm(
    tiny_nerco: NercoPreset, tiny_paper: NercoPreset, family: str, factor: float
) -> None:
    preset, switches = tiny_nerco if family == "compact" else tiny_paper, NercoSwitches()
    sensible = arrays_of(random_model(preset, switches))
    arrays = {key: np.float32(factor) * value for key, value in sensible.items()}
    at = np.linspace(-1, 1, 16, dtype=np.float32)
    bright = OnnxNerco(preset, switches, arrays).brighten(dark(16, 16), dark(100, 152), at, at)
    assert bright.shape == (16, 16, 3)


@pytest.mark.parametrize("switches", SWITCHES)
def test_graphs_are_valid(
    tiny_nerco: NercoPreset, tiny_paper: NercoPreset, switches: NercoSwitches
) -> None:
    arrays = arrays_of(random_model(tiny_nerco, switches))
    models = [onnx_compact.network(tiny_nerco, switches, arrays)]
    arrays = arrays_of(random_model(tiny_paper, switches))
    models.append(onnx_paper.generator(tiny_paper, switches, arrays))
    if switches.normalisation:
        models.append(onnx_paper.extractor(tiny_paper, arrays))
        models.append(onnx_paper.mlp(tiny_paper, arrays))
    for model in models:
        onnx.checker.check_model(onnx.load_model_from_string(model), full_check=True)


@pytest.mark.parametrize("switches", SWITCHES)
@pytest.mark.parametrize("name", PRESETS)
def test_the_shapes_are_those_of_the_model(name: str, switches: NercoSwitches) -> None:
    preset = PRESETS[name]
    with torch.device("meta"):
        state = NercoModel(preset, switches, degrader=False).state_dict()
    assert shapes(preset, switches) == {key: value.shape for key, value in state.items()}


@pytest.mark.parametrize(
    "fields",
    [
        {"mask_width": 0},
        {"enhancer_width": 1},
        {"extractor_blocks": 1000},
        {"neighbourhood": 3},
        {"frequencies": 4},
        {"family": "paper"},
    ],
)
def test_what_does_not_fit_is_refused(fields: dict[str, Any], tiny_nerco: NercoPreset) -> None:
    arrays = arrays_of(random_model(tiny_nerco, NercoSwitches()))
    check(tiny_nerco, NercoSwitches(), arrays)
    with pytest.raises(BrokenModelError):
        OnnxNerco(replace(tiny_nerco, **fields), NercoSwitches(), arrays)
