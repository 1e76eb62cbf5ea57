"""A weight file gives back the float model that it was made of."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec._bitstream import TABLE_TOTAL
from llcodec.codec.weights import ModelFile, read_model
from llcodec.entropy.tables import Table
from llcodec.nets.density import FactorizedDensity, round_ste
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import Preset
from llcodec.training.export import Calibration, export_model, hyper_tables
from llcodec.training.restoring import fitted_density, restored_model

REACH = 600  # no table holds symbols beyond
QUALITIES = (1.0, 4.0, 8.0)


def gained(model: JointModel, quality: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Latents as magnitudes of the model say, times the gain of a quality; and its logarithm."""
    torch.manual_seed(int(quality))
    asked = torch.tensor([quality])
    y = 2 * torch.randn(1, 16, 16, 16) * model.latent_scale[:, None, None]
    return y * model.log_gain(asked).exp().detach(), asked


@pytest.fixture(params=["version 1", "version 2"])
def model(
    request: pytest.FixtureRequest, tiny_model: Callable[..., JointModel], tiny_preset: Preset
) -> JointModel:
    """A model whose density of hyper-latents is not the one that it starts with."""
    in_groups = replace(
        tiny_preset,
        context_features=0,
        entropy_hidden=(),
        groups=(6, 10),
        group_features=(8, 9),
        group_hidden=(12, 14),
    )
    made = tiny_model(tiny_preset if request.param == "version 1" else in_groups).eval()
    torch.manual_seed(7)
    with torch.no_grad():
        made.density.means.add_(3 * torch.randn(len(made.density.means), 1))
        made.density.log_scales.add_(0.5)
        if made.preset.groups:
            for group in made.grouped_context.channel_groups:
                group.quality_bias.normal_()
    return made


@pytest.fixture
def file(model: JointModel, tmp_path: Path) -> ModelFile:
    path = tmp_path / "model.safetensors"
    seen = [gained(model, quality) for quality in QUALITIES]
    export_model(model, "tiny", Calibration(seen), {}, path)
    return read_model(path)


@torch.no_grad()
@pytest.mark.parametrize("quality", QUALITIES)
def test_the_entropy_model_predicts_what_it_did(
    model: JointModel, file: ModelFile, quality: float
) -> None:
    y, asked = gained(model, quality)
    before = model.entropy_model(y, asked, round_ste)
    after = restored_model(file).entropy_model(y, asked, round_ste)
    changed = (after[0] - before[0]).abs() > 0.1  # a latent that is rounded the other way
    assert float(changed.float().mean()) < 0.02
    assert float(after[1].sum()) == pytest.approx(float(before[1].sum()), rel=0.01)
    assert float(after[2].sum()) == pytest.approx(float(before[2].sum()), rel=0.02)


@torch.no_grad()
def test_pictures_are_those_of_the_file(model: JointModel, file: ModelFile) -> None:
    x, quality = torch.rand(1, 3, 64, 64), torch.tensor([6.0])
    curve = model.predict_tone(x)
    before, after = (
        m(x, curve, quality, rounding=round_ste) for m in (model, restored_model(file))
    )
    torch.testing.assert_close(after.x_hat, before.x_hat, atol=0.02, rtol=0)


def test_all_of_it_can_be_trained(file: ModelFile) -> None:
    model = restored_model(file)
    curve = model.predict_tone(torch.rand(1, 3, 64, 64))
    out = model(torch.rand(1, 3, 64, 64), curve, torch.tensor([4.0]))
    (out.latent_bits.sum() + out.hyper_bits.sum() + out.x_hat.square().sum()).backward()
    still = [k for k, p in model.named_parameters() if p.grad is None]
    assert still == []


def test_layers_share_the_size_of_their_product(file: ModelFile) -> None:
    """Adam moves all weights alike: none may be hundreds of times smaller than another."""
    model = restored_model(file)
    if model.preset.groups:
        parameters = [g.entropy_parameters for g in model.grouped_context.channel_groups]
    else:
        parameters = [model.entropy_parameters]
    layers = [m for part in (model.h_s, *parameters) for m in part.modules()]
    sizes = [m.weight.detach() for m in layers if isinstance(m, torch.nn.Conv2d)]
    shares = [float(w.square().mean().sqrt()) * (w[0].numel() / 2) ** 0.5 for w in sizes]
    assert max(shares) < 8 * min(shares)


def test_a_density_is_found_again_in_its_tables() -> None:
    torch.manual_seed(5)
    density = FactorizedDensity(4)
    with torch.no_grad():
        density.means.add_(torch.tensor([[0.0], [40.0], [-90.0], [2.0]]))
        density.logits.normal_()
        density.log_scales.copy_(torch.tensor([[-0.5], [0.0], [2.0], [-1.0]]).expand(4, 3))
    before = hyper_tables(density)
    for old, new in zip(before, hyper_tables(fitted_density(before)), strict=True):
        assert moved(old, new) < 0.02


def moved(old: Table, new: Table) -> float:
    """The share of symbols that two tables give to different values."""
    shares = np.zeros((2, 2 * REACH))
    for row, table in zip(shares, (old, new), strict=True):
        at = REACH + table.first
        row[at : at + table.escape] = table.frequencies[:-1] / TABLE_TOTAL
    return float(np.abs(shares[0] - shares[1]).sum() / 2)
