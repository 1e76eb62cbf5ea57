"""The two tiny models of the golden files: untrained, but with symbols of many sizes.

One has the shape of ``fast``: tone network, gains, linear path, checkerboard order. The other is of
the published family: serial order, GDN, one rate, no tone. Its SNR-aware branch, which only an
encoder needs, is left out: it does not shrink with the number of channels.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from llcodec.engine.tensors import to_tensor
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import FAST, paper_preset
from llcodec.nets.tone import ToneNetwork, thumbnail
from llcodec.training.export import Calibration, export_model
from llcodec.training.karhunen_loeve import patch_basis, warm_start
from llcodec.training.recipe import LAMBDAS
from tests.golden.golden_pictures import smooth_picture

TINY, SERIAL = "tiny", "tiny-serial"

_TINY_PRESET = replace(
    FAST,
    name="tiny",
    widths=(8, 8, 8, 16),
    blocks=(1, 1, 1, 1),
    latents=16,
    hyper_latents=8,
    hyper_hidden=8,
    hyper_features=12,
    context_features=12,
    entropy_hidden=(16,),
    condition=8,
    tone_members=1,
)
_SERIAL_PRESET = paper_preset(8, "serial").plain()


def make_models(folder: Path) -> dict[str, str]:
    """Write both weight files; return their names in the folder by the models' names."""
    files = {name: f"{name}.safetensors" for name in (TINY, SERIAL)}
    notes = {"data": "seeded noise, not trained"}
    for name, (model, calibration) in ((TINY, _tiny()), (SERIAL, _serial())):
        export_model(model, name, calibration, notes, folder / files[name])
    return files


@torch.no_grad()
def _tiny() -> tuple[JointModel, Calibration]:
    """Return a model that starts from the Karhunen–Loève transform of smooth pictures."""
    torch.manual_seed(1)
    model = JointModel(_TINY_PRESET)
    pictures = [smooth_picture(96, 96, seed) for seed in range(3)]
    basis = patch_basis(pictures, _TINY_PRESET.latents, np.random.default_rng(0), patches=2000)
    warm_start(model, *basis, LAMBDAS)
    # The residual networks start at zero; a little of them makes windows and halos matter.
    nn.init.normal_(model.g_a1.to_latent.weight, std=0.003)
    nn.init.normal_(model.g_s.layers[-2].weight, std=0.003)
    # Tone numbers that are not those of the rule that the network starts from.
    assert isinstance(model.tone, ToneNetwork)
    last = model.tone.head[-1]
    assert isinstance(last, nn.Linear)
    nn.init.normal_(last.weight, std=0.2)
    nn.init.uniform_(last.bias, -0.2, 0.2)
    # Hyper-latents that are not all zero, and indices and means that follow them.
    _spread(model.h_a[-1], model.h_a(_coded(model)[0][0] / _plane(model.coded_scale)), 2.0)
    _spread(model.entropy_parameters[-1], _parameters(model), 2.0)
    return model.eval(), Calibration(_coded(model))


def _coded(model: JointModel) -> list[tuple[Tensor, Tensor]]:
    """Return gained latents and qualities of two pictures at three qualities."""
    assert model.tone is not None
    batches = []
    for seed in (20, 21):
        x = to_tensor(smooth_picture(128, 192, seed, white=80))
        y = model.analyse(x, model.tone(thumbnail(x)))
        for quality in (1.0, 4.0, 8.0):
            asked = torch.tensor([quality])
            batches.append((y * model.log_gain(asked).exp(), asked))
    return batches


def _parameters(model: JointModel) -> Tensor:
    """Return what the entropy-parameter network gives for one picture."""
    y = _coded(model)[1][0] / _plane(model.coded_scale)
    hyper = model.h_s(model.h_a(y).round())
    out: Tensor = model.entropy_parameters(torch.cat((hyper, model.context(y)), 1))
    return out


@torch.no_grad()
def _serial() -> tuple[JointModel, Calibration]:
    """Return a random model whose last layers are scaled so that all that is coded varies."""
    torch.manual_seed(6)
    model = JointModel(_SERIAL_PRESET)
    x = to_tensor(smooth_picture(64, 128, 30, white=80))
    _spread(model.g_a1.layers[-1], model.analyse(x, None), 4.0)
    y = model.analyse(x, None)
    _spread(model.h_a[-1], model.h_a(y), 2.0)
    hyper = model.h_s(model.h_a(y).round())
    last = model.entropy_parameters[-1]
    assert isinstance(last, nn.Conv2d)
    _spread(last, model.entropy_parameters(torch.cat((hyper, model.context(y)), 1)), 4.0)
    last.weight[: _SERIAL_PRESET.latents] *= 3  # scale indices of many levels
    assert isinstance(model.g_s, nn.Sequential)
    assert isinstance(model.g_s[-1], nn.Sequential)
    up = model.g_s[-1][0]
    assert isinstance(up, nn.Conv2d)
    assert up.bias is not None
    _spread(up, model.synthesise(y), 0.2)
    up.bias.fill_(0.5)
    return model.eval(), Calibration([(y, model.log_gain(torch.ones(1)))])


def _spread(layer: nn.Module, output: Tensor, to: float) -> None:
    """Scale a linear ``layer`` so that the deviation of its ``output`` becomes ``to``."""
    for parameter in layer.parameters():
        parameter.mul_(to / output.std())


def _plane(v: Tensor) -> Tensor:
    return v[None, :, None, None]
