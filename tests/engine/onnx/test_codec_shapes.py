"""Arrays and presets that do not belong together are refused."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from llcodec.engine.onnx.codec_shapes import check, codec_shapes
from llcodec.engine.onnx.transforms import OnnxTransforms
from llcodec.errors import BrokenModelError
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import PRESETS as NAMED
from tests.engine.onnx.conftest import PRESETS, TINY, Both, float_arrays, random_model

ALL = {**PRESETS, **NAMED}


@pytest.mark.parametrize("name", ALL)
def test_the_shapes_are_those_of_the_model(name: str) -> None:
    arrays = float_arrays(JointModel(ALL[name]))
    assert codec_shapes(ALL[name]) == {key: value.shape for key, value in arrays.items()}


def test_what_fits_is_accepted(both: Both) -> None:
    check(both.preset, both.arrays)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("latent_scale", None),
        ("g_s.layers.0.weight", np.zeros((16, 20, 3), np.float32)),
        ("g_a0.layers.1.bias", np.zeros(9, np.float32)),
        ("h_a.0.weight", np.zeros((8, 20, 5, 5), np.float32)),
        ("tone.members.1.head.2.bias", np.zeros(15, np.float64)),
        ("linear_synthesis.weight", np.zeros((20, 3, 16, 64), np.float32)),
        ("one\nmore", np.zeros(3, np.float32)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(name: str, value: Any) -> None:
    arrays = {**float_arrays(random_model(TINY)), name: value}
    if value is None:
        del arrays[name]
    with pytest.raises(BrokenModelError) as caught:
        OnnxTransforms(TINY, arrays)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"latents": 0},
        {"latents": -3},
        {"latents": 2.0},
        {"latents": True},
        {"latents": 10**9},
        {"widths": (8, 12, 0, 16)},
        {"widths": (8, 12, 16)},
        {"widths": "8888"},
        {"blocks": (1, 1, 10**8, 1)},
        {"blocks": (1, 1, -1, 1)},
        {"decoder_blocks": (1, 1)},
        {"tone_members": 0},
        {"tone_members": 60_000},
        {"condition": 7},
        {"condition": None},
        {"snr": "none"},
        {"family": "slow"},
        {"latents": 24},
        {"linear_path": False},
        {"blocks": (1, 1, 1, 1)},
    ],
)
def test_presets_that_do_not_fit_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(BrokenModelError):
        check(replace(TINY, **fields), float_arrays(random_model(TINY)))
