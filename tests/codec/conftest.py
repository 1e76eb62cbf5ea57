"""A tiny model, started from the Karhunen–Loève transform and exported, and pictures for it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from llcodec._arrays import Pixels
from llcodec.codec.codec import Codec
from llcodec.codec.weights import ModelFile
from llcodec.engine.tensors import to_tensor
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import Preset
from llcodec.nets.tone import thumbnail
from llcodec.training.export import Calibration, export_model
from llcodec.training.karhunen_loeve import patch_basis, warm_start
from llcodec.training.recipe import LAMBDAS

MakePicture = Callable[..., Pixels]


def smooth_picture(height: int, width: int, seed: int = 0, white: float = 255) -> Pixels:
    """A random picture whose spectrum falls as that of photographs does."""
    rng = np.random.default_rng(seed)
    rows, columns = max(height, 160), max(width, 160)
    frequency = np.hypot(
        *np.meshgrid(np.fft.fftfreq(rows), np.fft.rfftfreq(columns), indexing="ij")
    )
    spectrum = np.fft.rfft2(rng.normal(size=(4, rows, columns))) / (frequency + 0.01) ** 2
    planes = np.fft.irfft2(spectrum, (rows, columns))
    planes = (planes / planes.std((1, 2), keepdims=True)).transpose(1, 2, 0)
    colour = planes[..., :1] + 0.3 * planes[..., 1:]
    bright = (0.5 + 0.18 * colour).clip(0, 1)[:height, :width]
    samples: Pixels = (bright * white).round().astype(np.uint8)
    return samples


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


@pytest.fixture(scope="session")
def tiny(tiny_preset: Preset, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    model = started_model(tiny_preset)
    calibration = calibration_of(model)
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    export_model(model, "tiny", calibration, {"data": "noise"}, path)
    codec = Codec(str(path), device="cpu")
    return Tiny(model, calibration, path, codec.file, codec)


@pytest.fixture(scope="session")
def make_picture() -> MakePicture:
    return smooth_picture
