"""Codecs of every kind, small and with random weights, and the shipped ones."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from llcodec.codec.models import load_model, shipped_models
from llcodec.engine.onnx.transforms import OnnxTransforms
from llcodec.engine.torch_models import joint_model, placed
from llcodec.engine.torch_transforms import TorchTransforms
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import FAST, FAST_2, Preset, paper_preset

INTEGER_NETWORKS = ("h_s.", "context.", "entropy_parameters.", "density.", "grouped_context.")

TINY = replace(
    FAST,
    widths=(8, 12, 8, 16),
    blocks=(1, 1, 2, 1),
    latents=20,
    hyper_latents=8,
    hyper_hidden=8,
    hyper_features=12,
    context_features=12,
    entropy_hidden=(16,),
    condition=8,
    tone_members=2,
)
TINY_2 = replace(
    FAST_2,
    widths=(0, 8, 12, 16),
    blocks=(0, 2, 0, 1),
    decoder_blocks=(0, 1, 2, 0),
    latents=20,
    hyper_latents=8,
    hyper_hidden=8,
    hyper_features=12,
    groups=(4, 16),
    group_features=(4, 4),
    group_hidden=(8, 8),
    condition=8,
    tone_members=1,
)
PRESETS = {
    "tiny": TINY,
    "plain": TINY.plain(),
    "version 2": TINY_2,
    "version 2, ensemble": replace(TINY_2, tone_members=3),
    "version 2, global tone": replace(TINY_2, local_tone=False),
    "version 2, plain": TINY_2.plain(),
    "no tone": replace(TINY, global_tone=False, tone_members=1),
    "no SNR branch": replace(TINY, snr_branch=False),
    "one rate": replace(TINY, variable_rate=False),
    "no linear path": replace(TINY, linear_path=False),
    "shift only": replace(TINY, scale_and_shift=False),
    "published SNR": replace(TINY, snr="published"),
    "paper": replace(paper_preset(8), condition=4),
    "paper, shift only": replace(paper_preset(8, scale=False), condition=4),
    "paper, plain": replace(paper_preset(8), snr_branch=False),
    "paper with all else": replace(
        paper_preset(8),
        condition=4,
        snr="robust",
        variable_rate=True,
        global_tone=True,
        linear_path=True,
    ),
    "paper with a local tone": replace(
        paper_preset(8), condition=4, global_tone=True, local_tone=True, linear_path=True
    ),
    "no blocks": replace(TINY, blocks=(0, 0, 0, 0)),
}


def float_arrays(model: JointModel) -> dict[str, NDArray[np.float32]]:
    """Return the parameters of a model that its weight file has as floats."""
    state = model.state_dict()
    return {k: v.numpy() for k, v in state.items() if not k.startswith(INTEGER_NETWORKS)}


@torch.no_grad()
def random_model(preset: Preset) -> JointModel:
    """Return a model in which nothing is zero or one, as training leaves it."""
    torch.manual_seed(3)
    model = JointModel(preset).eval()
    for name, parameter in model.named_parameters():
        if name.startswith(("linear", "gain")):
            parameter.copy_(0.02 * torch.randn_like(parameter))
        elif name.endswith("grid.weight"):
            parameter.copy_(3 * torch.randn_like(parameter))
        elif not bool(parameter.any()):
            parameter.copy_(0.1 * torch.randn_like(parameter))
    for scale in (model.latent_scale, model.coded_scale):
        scale.copy_(0.5 + torch.rand_like(scale))
    return model


@dataclass(frozen=True)
class Both:
    """One model on both engines."""

    preset: Preset
    arrays: Mapping[str, NDArray[np.float32]]
    torch: TorchTransforms
    onnx: OnnxTransforms


def on_both(model: JointModel) -> Both:
    arrays = float_arrays(model)
    theirs = TorchTransforms(placed(model, torch.device("cpu")))
    return Both(model.preset, arrays, theirs, OnnxTransforms(model.preset, arrays))


@pytest.fixture(scope="module", params=PRESETS)
def both(request: pytest.FixtureRequest) -> Both:
    return on_both(random_model(PRESETS[request.param]))


@pytest.fixture(scope="module", params=sorted(shipped_models()))
def shipped(request: pytest.FixtureRequest) -> Both:
    file = load_model(request.param)
    return on_both(joint_model(file.preset, file.arrays))
