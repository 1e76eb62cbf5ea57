import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from llcodec._bitstream import LATENT_UNITS, SCALE_LEVELS, TABLE_TOTAL
from llcodec.codec.weights import ModelFile, read_model
from llcodec.entropy.fixed_point import IntegerLayer
from llcodec.errors import BrokenModelError
from llcodec.nets.density import LOG_SCALE_STEP, FactorizedDensity, index_of_scale
from llcodec.nets.joint import JointModel
from llcodec.training.export import (
    Calibration,
    export_model,
    gaussian_tables,
    hyper_tables,
    integer_networks,
)


@pytest.fixture
def model(tiny_model: Callable[[], JointModel]) -> JointModel:
    return tiny_model().eval()


@torch.no_grad()
def calibrate(model: JointModel) -> Calibration:
    torch.manual_seed(4)
    batches = []
    for quality in (1.0, 4.0, 8.0):
        asked = torch.tensor([quality])
        y = 2 * torch.randn(1, 16, 16, 16) * model.latent_scale[:, None, None]
        batches.append((y * model.log_gain(asked).exp(), asked))
    return Calibration(batches)


def test_gaussian_tables_are_valid_for_every_scale() -> None:
    tables = gaussian_tables()
    assert len(tables) == SCALE_LEVELS
    for number, table in enumerate(tables):
        table.check(str(number))
        inner = table.frequencies[:-1]
        assert len(inner) == 1 - 2 * table.first  # symmetric about zero
        np.testing.assert_allclose(inner, inner[::-1], atol=len(inner) + 1)


@pytest.mark.parametrize("number", [0, 20, 40, 63])
def test_gaussian_frequencies_are_the_gaussians(number: int) -> None:
    table = gaussian_tables()[number]
    scale = 0.11 * (256 / 0.11) ** (number / 63) * math.sqrt(2)
    symbols = np.arange(table.first, -table.first + 1)
    mass = [(math.erf((s + 0.5) / scale) - math.erf((s - 0.5) / scale)) / 2 for s in symbols]
    # What rounding leaves over goes to the most frequent symbol: less than one unit for each.
    units = np.abs(table.frequencies[:-1] - np.array(mass) * TABLE_TOTAL)
    assert units[table.frequencies[:-1].argmax()] <= len(mass) + TABLE_TOTAL * 2e-6
    assert np.sort(units)[-2] <= 2 + 1e-3 * table.frequencies.max()
    assert table.frequencies[-1] / TABLE_TOTAL < 1e-5


def test_hyper_tables_follow_the_density() -> None:
    torch.manual_seed(5)
    density = FactorizedDensity(3)
    with torch.no_grad():
        density.means.add_(torch.tensor([[0.0], [40.0], [-90.0]]))
        density.logits.normal_()
        density.log_scales.copy_(torch.tensor([[-2.0], [0.0], [2.0]]).expand(3, 3))
    before = {k: v.clone() for k, v in density.state_dict().items()}
    tables = hyper_tables(density)
    assert len(tables) == 3
    for channel, table in enumerate(tables):
        table.check(str(channel))
        middle = int(density.means[channel, 1].detach().round())
        assert table.first < middle < table.first + table.escape
        z = torch.full((1, 3, 1, 1), float(middle))
        expected = float(2 ** -density.bits(z)[0, channel].detach())
        assert table.frequencies[middle - table.first] / TABLE_TOTAL == pytest.approx(
            expected, rel=1e-2
        )
    assert all(torch.equal(v, before[k]) for k, v in density.state_dict().items())
    assert next(density.parameters()).dtype == torch.float32


@torch.no_grad()
def float_parameters(model: JointModel, z: Tensor, quality: float) -> tuple[Tensor, Tensor]:
    """Scale indices and means of latents without neighbours, by the trained networks."""
    hyper = model.h_s(z[None])
    features = torch.cat((hyper, model.context.without_neighbours(hyper)), 1)
    index, mean = model.entropy_parameters(features)[0].chunk(2)
    start = index_of_scale(model.latent_scale) + (
        model.log_gain(torch.tensor([quality]))[0, :, 0, 0] / LOG_SCALE_STEP
    )
    index = (index + start[:, None, None]).round().clamp(0, SCALE_LEVELS - 1)
    return index, mean * model.coded_scale[:, None, None]


def _convolution(module: nn.Module) -> nn.Conv2d:
    assert isinstance(module, nn.Conv2d)
    return module


@pytest.mark.parametrize("quality", [1.0, 5.0, 8.0])
def test_integer_networks_are_close_to_the_trained_ones(model: JointModel, quality: float) -> None:
    with torch.no_grad():
        _convolution(model.entropy_parameters[-1]).weight.mul_(
            5
        )  # outputs that differ from place to place
    networks = integer_networks(model, calibrate(model))
    networks.check()
    z = torch.randint(-2, 3, (8, 4, 4), generator=torch.manual_seed(6)).float()
    index, mean = float_parameters(model, z, quality)
    hyper = networks.hyper_features(z.int().numpy(), 16, 16).reshape(256, -1)
    (group,) = networks.groups
    blank = [context.nothing_known() for context in group.contexts]
    levels, units = group.predict(hyper, blank, networks.at_quality(round(quality * 256))[0])
    mine, means = torch.from_numpy(levels.T.astype(np.float32)), torch.from_numpy(units.T)
    assert float((mine - index.flatten(1)).abs().max()) <= 1
    assert float((mine == index.flatten(1)).float().mean()) > 0.95
    assert len(set(index.flatten().tolist())) > 5
    error = (means / LATENT_UNITS - mean.flatten(1)).abs()
    assert float(error.max()) < 0.01 * float(mean.abs().max()) + 2 / LATENT_UNITS


def test_start_indices_are_those_of_scale_and_gain(model: JointModel) -> None:
    networks = integer_networks(model, calibrate(model))
    gains = model.log_gain(torch.arange(1, 9).float())[..., 0, 0].detach()
    expected = index_of_scale(model.latent_scale)[None] + gains / LOG_SCALE_STEP
    assert networks.index_start.shape == (8, 16)
    assert (
        np.abs(networks.index_start / LATENT_UNITS - expected.numpy()).max()
        <= 0.5 / LATENT_UNITS + 1e-4
    )


def test_dead_channels_can_be_exported(model: JointModel) -> None:
    """A row without weights has nothing to set its scale by, but may have a bias."""
    with torch.no_grad():
        for module in (model.h_s[0], model.context, model.entropy_parameters[0]):
            layer = _convolution(module)
            layer.weight[1] = 0
            assert layer.bias is not None
            layer.bias[1] = 3.0
        model.h_s[-1].weight.zero_()
    networks = integer_networks(model, calibrate(model))
    networks.check()


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_models_that_are_not_finite_cannot_be_exported(
    model: JointModel, value: float, tmp_path: Path
) -> None:
    calibration = calibrate(model)
    with torch.no_grad():
        assert model.context.bias is not None
        model.context.bias[0] = value
    path = tmp_path / "broken.safetensors"
    with pytest.raises((BrokenModelError, ValueError, OverflowError)):
        export_model(model, "broken", calibration, {}, path)
    assert not path.exists()


def context_of(file: ModelFile) -> IntegerLayer:
    return file.networks.groups[0].contexts[0].layers[0]


def test_export_returns_what_it_wrote(model: JointModel, tmp_path: Path) -> None:
    path = tmp_path / "tiny.safetensors"
    written = export_model(model, "tiny", calibrate(model), {"steps": "3"}, path)
    read = read_model(path)
    assert (read.name, read.notes) == (written.name, written.notes) == ("tiny", {"steps": "3"})
    assert np.array_equal(context_of(read).weight, context_of(written).weight)
    assert [t.first for t in read.hyper_tables] == [t.first for t in written.hyper_tables]


def test_exporting_twice_gives_the_same_bytes(model: JointModel, tmp_path: Path) -> None:
    contents = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.safetensors"
        export_model(model, "tiny", calibrate(model), {}, path)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]  # files name their model by its hash
