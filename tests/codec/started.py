"""A tiny model, started from the Karhunen–Loève transform, to be exported."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from llcodec.codec.codec import Codec
from llcodec.codec.weights import ModelFile
from llcodec.engine.tensors import to_tensor
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import Preset
from llcodec.nets.tone import thumbnail
from llcodec.training.export import Calibration
from llcodec.training.karhunen_loeve import patch_basis, warm_start
from llcodec.training.recipe import LAMBDAS
from tests.codec.conftest import smooth_picture


@dataclass(frozen=True)
class Tiny:
    """A model as it was trained (here: started), its calibration, and the file it became."""

    trained: JointModel
    calibration: Calibration
    path: Path
    file: ModelFile
    codec: Codec


@torch.no_grad()
def started_model(preset: Preset) -> JointModel:
    torch.manual_seed(1)
    model = JointModel(preset)
    pictures = [smooth_picture(96, 96, seed) for seed in range(3)]
    basis = patch_basis(pictures, preset.latents, np.random.default_rng(0), patches=2000)
    warm_start(model, *basis, LAMBDAS)
    # The residual networks start at zero; a little of them makes windows and halos matter.
    nn.init.normal_(model.g_a1.to_latent.weight, std=0.003)
    nn.init.normal_(model.g_s.layers[-2].weight, std=0.003)
    assert isinstance(model.h_a[-1], nn.Conv2d)
    model.h_a[-1].weight.mul_(8)  # hyper-latents that are not all zero
    return model.eval()


@torch.no_grad()
def calibration_of(model: JointModel) -> Calibration:
    assert model.tone is not None
    batches = []
    for seed in (20, 21):
        x = to_tensor(smooth_picture(128, 192, seed, white=80))
        y = model.analyse(x, model.tone(thumbnail(x)))
        for quality in (1.0, 4.0, 8.0):
            asked = torch.tensor([quality])
            batches.append((y * model.log_gain(asked).exp(), asked))
    return Calibration(batches)
