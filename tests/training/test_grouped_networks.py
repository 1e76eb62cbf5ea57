"""Networks of groups in fixed point: what they predict, beside the float networks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec.codec.encoder import hyper_latents
from llcodec.codec.weights import read_model
from llcodec.engine.torch_transforms import TorchTransforms
from llcodec.entropy.fixed_point import SINGLE_LIMIT
from llcodec.entropy.networks import EntropyNetworks
from llcodec.entropy.prediction import Levels
from llcodec.entropy.rans import Symbols
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import Preset
from llcodec.training.export import Calibration, export_model

QUALITIES = (1.0, 3.5, 8.0)


@pytest.fixture
def model(tiny_model: Callable[..., JointModel], tiny_preset: Preset) -> JointModel:
    """A model whose groups predict something else in every place, and at every quality."""
    made = tiny_model(
        replace(
            tiny_preset.plain(),
            context_features=0,
            entropy_hidden=(),
            groups=(6, 10),
            group_features=(8, 9),
            group_hidden=(12, 14),
        )
    ).eval()
    torch.manual_seed(8)
    with torch.no_grad():
        for group in made.grouped_context.channel_groups:
            group.quality_bias.normal_()
            last = group.entropy_parameters[-1]
            assert isinstance(last, torch.nn.Conv2d)
            last.weight.mul_(10)
    return made


def gained(model: JointModel, quality: float, seed: int) -> torch.Tensor:
    torch.manual_seed(seed)
    y = 2 * torch.randn(1, 16, 16, 12) * model.latent_scale[:, None, None]
    return y * model.log_gain(torch.tensor([quality])).exp().detach()


def test_single_precision_holds_every_sum(model: JointModel, tmp_path: Path) -> None:
    for group in model.grouped_context.channel_groups:
        last = group.entropy_parameters[-1]
        assert isinstance(last, torch.nn.Conv2d)
        last.weight.detach().div_(10)  # means of a few magnitudes, as trained models have
    batches = [(gained(model, q, 1), torch.tensor([q])) for q in QUALITIES]
    file = export_model(model, "tiny-2", Calibration(batches), {}, tmp_path / "m.safetensors")
    assert SINGLE_LIMIT / 4 < _largest_sum(file.networks) < SINGLE_LIMIT


def _largest_sum(networks: EntropyNetworks) -> int:
    layers = list(networks.hyper_synthesis)
    for group in networks.groups:
        layers += group.parameters
        for context in group.contexts:
            layers += context.layers
    return max(layer.bound() for layer in layers)


@torch.no_grad()
@pytest.mark.parametrize("quality", QUALITIES)
def test_a_stream_has_the_symbols_and_scales_of_the_float_networks(
    model: JointModel, quality: float, tmp_path: Path
) -> None:
    batches = [(gained(model, q, 1), torch.tensor([q])) for q in QUALITIES]
    file = export_model(model, "tiny-2", Calibration(batches), {}, tmp_path / "m.safetensors")
    file.networks.check()
    y, asked = gained(model, quality, 2), torch.tensor([quality])
    z_hat = hyper_latents(TorchTransforms(model), y[0].numpy())
    seen: list[Levels] = []

    def written(levels: Levels, symbols: Symbols) -> None:
        seen.append(levels)

    coder = read_model(tmp_path / "m.safetensors").coder()
    stream, latents = coder.encode(y[0].numpy(), z_hat, round(256 * quality), written)
    assert np.array_equal(coder.decode(stream, 16, 12, round(256 * quality)).y_hat, latents.y_hat)

    # The float networks, given what was coded.
    coded = torch.from_numpy(latents.y_hat / 64.0).float()[None]
    hyper = model.h_s(torch.from_numpy(z_hat)[None])
    index, mean = model._predict_in_groups(coded, hyper, asked)
    levels = index[0].round().clamp(0, 63)
    even = (torch.arange(16)[:, None] + torch.arange(12)) % 2 == 0
    steps = [levels[a:b][:, board].T for a, b in ((0, 6), (6, 16)) for board in (even, ~even)]
    off = np.concatenate(
        [(mine - other.numpy()).ravel() for mine, other in zip(seen, steps, strict=True)]
    )
    assert np.abs(off).max() <= 1
    assert np.mean(off == 0) > 0.9
    assert len(np.unique(levels)) > 10
    # A latent is a whole number of steps away from its mean.
    away = (coded - mean)[0][:, even]
    assert float((away - away.round()).abs().mean()) < 0.05
    assert float(mean.abs().mean()) > 0.1
