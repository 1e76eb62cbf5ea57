"""The SNR-aware enhancer on ONNX Runtime, held to PyTorch."""

from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray

from llcodec._shipped import shipped_files
from llcodec.errors import BrokenModelError
from llcodec.nets.presets import TransformerShape
from llcodec.snr_aware.network import SnrAwareNetwork
from llcodec.snr_aware.onnx_engine import OnnxSnrAware, network, shapes
from llcodec.snr_aware.presets import PRESETS, SnrAwarePreset
from llcodec.snr_aware.torch_engine import snr_aware_network
from llcodec.snr_aware.weights import read_snr_aware

SIZES = [(1, 1), (16, 16), (33, 70), (96, 64)]


def arrays_of(model: torch.nn.Module) -> dict[str, NDArray[np.float32]]:
    return {key: value.numpy() for key, value in model.state_dict().items()}


def dark(height: int, width: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(height + width)
    ramp = np.linspace(0.01, 0.3, width, dtype=np.float32)[None, :, None]
    return np.repeat(ramp, height, 0) * (1 + 0.3 * rng.random((height, width, 3), np.float32))


def random_network(preset: SnrAwarePreset) -> SnrAwareNetwork:
    torch.manual_seed(0)
    made = SnrAwareNetwork(preset).eval().requires_grad_(False)
    for parameter in made.parameters():
        if parameter.dim() == 1:
            parameter.add_(0.1 * torch.randn_like(parameter))
    made.last.weight.mul_(0.3)
    return made


def worst(made: SnrAwareNetwork, height: int, width: int) -> float:
    """The largest difference between both engines."""
    x = dark(height, width)
    wanted = made.enhance(torch.from_numpy(x).permute(2, 0, 1)[None])[0].permute(1, 2, 0).numpy()
    mine = OnnxSnrAware(made.preset, arrays_of(made)).enhance(x)
    assert mine.shape == (height, width, 3)
    assert wanted.std() > 1e-3 or height == 1
    return float(np.abs(mine - wanted).max())


@pytest.fixture(
    params=[{}, {"snr": "published"}, {"features": 12}, {"local_blocks": 0}], ids=lambda p: str(p)
)
def made(request: pytest.FixtureRequest, tiny_snr_aware: SnrAwarePreset) -> SnrAwareNetwork:
    return random_network(replace(tiny_snr_aware, **request.param))


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_pictures_are_those_of_pytorch(made: SnrAwareNetwork, height: int, width: int) -> None:
    assert worst(made, height, width) < 1e-4


def test_the_shipped_network() -> None:
    file = read_snr_aware(shipped_files()["snr-aware"])
    assert worst(snr_aware_network(file), 80, 112) < 1e-5


@pytest.mark.parametrize("factor", [0.0, 60_000.0])
def test_weights_that_make_no_sense_do_no_harm(made: SnrAwareNetwork, factor: float) -> None:
    arrays = {key: np.float32(factor) * value for key, value in arrays_of(made).items()}
    assert OnnxSnrAware(made.preset, arrays).enhance(dark(20, 30)).shape == (20, 30, 3)


def test_the_graph_is_valid(made: SnrAwareNetwork) -> None:
    model = onnx.load_model_from_string(network(made.preset, arrays_of(made)))
    onnx.checker.check_model(model, full_check=True)


@pytest.mark.parametrize("name", PRESETS)
def test_the_shapes_are_those_of_the_network(name: str) -> None:
    arrays = arrays_of(SnrAwareNetwork(PRESETS[name]))
    assert shapes(PRESETS[name]) == {key: value.shape for key, value in arrays.items()}


@pytest.mark.parametrize(
    "fields",
    [
        {"widths": (8, 8, 0)},
        {"local_blocks": 4000},
        {"features": 8},
        {"transformer": TransformerShape(layers=1, heads=0, head_width=8, ffn_width=32)},
        {"transformer": TransformerShape(layers=4000, heads=2, head_width=8, ffn_width=32)},
        {"transformer": TransformerShape(layers=1, heads=2, head_width=4, ffn_width=32)},
    ],
)
def test_what_does_not_fit_is_refused(
    fields: dict[str, Any], tiny_snr_aware: SnrAwarePreset
) -> None:
    arrays = arrays_of(random_network(tiny_snr_aware))
    with pytest.raises(BrokenModelError):
        OnnxSnrAware(replace(tiny_snr_aware, **fields), arrays)
