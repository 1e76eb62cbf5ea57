from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec._bitstream import TABLE_TOTAL
from llcodec.codec.encoder import hyper_latents
from llcodec.codec.weights import ModelFile, read_model
from llcodec.engine.torch_models import joint_model
from llcodec.engine.torch_transforms import TorchTransforms
from llcodec.nets.joint import JointModel
from llcodec.training.export import Calibration, export_model
from llcodec.training.table_fitting import GainedLatents, with_fitted_tables


def peaked(model: JointModel, quality: float, seed: int) -> GainedLatents:
    """Latents with a sharper peak and longer tails than a Gaussian has."""
    generator = torch.Generator().manual_seed(seed)
    y = torch.randn(16, 24, 24, generator=generator) ** 3 * model.latent_scale[:, None, None]
    with torch.no_grad():
        gained: torch.Tensor = (y * model.log_gain(torch.tensor([quality])).exp())[0]
    return GainedLatents(gained, round(256 * quality))


@pytest.fixture(scope="module")
def model(tiny_model: Callable[[], JointModel]) -> JointModel:
    return tiny_model().eval()


@pytest.fixture(scope="module")
def gaussian(model: JointModel, tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    latents = peaked(model, 4.0, 0)
    batch = (latents.latents[None], model.log_gain(torch.tensor([4.0])))
    export_model(model, "tiny", Calibration([batch]), {}, path)
    return read_model(path)


@pytest.fixture(scope="module")
def fitted(gaussian: ModelFile) -> ModelFile:
    model = joint_model(gaussian.preset, gaussian.arrays)
    pictures = [peaked(model, q, n) for n, q in enumerate((1.0, 4.0, 8.0))]
    return with_fitted_tables(gaussian, pictures)


@torch.no_grad()
def length(file: ModelFile, picture: GainedLatents) -> int:
    y = picture.latents.numpy()
    z_hat = hyper_latents(TorchTransforms(joint_model(file.preset, file.arrays)), y)
    stream, decoded = file.coder().encode(y, z_hat, picture.quality_units)
    back = file.coder().decode(stream, 24, 24, picture.quality_units)
    assert np.array_equal(back.y_hat, decoded.y_hat)
    return len(stream)


def test_other_pictures_of_the_kind_take_fewer_bits(gaussian: ModelFile, fitted: ModelFile) -> None:
    picture = peaked(joint_model(gaussian.preset, gaussian.arrays), 5.0, 99)
    assert length(fitted, picture) < 0.97 * length(gaussian, picture)


def test_tables_are_valid_and_prefer_no_sign(gaussian: ModelFile, fitted: ModelFile) -> None:
    assert len(fitted.scale_tables) == len(gaussian.scale_tables)
    for number, table in enumerate(fitted.scale_tables):
        table.check(str(number))
        inner = table.frequencies[:-1]
        assert len(inner) == 1 - 2 * table.first
        # What rounding leaves over, less than one unit for each, goes to one symbol.
        np.testing.assert_allclose(inner, inner[::-1], rtol=0, atol=len(inner))


def test_scales_that_never_occur_keep_their_gaussian(
    gaussian: ModelFile, fitted: ModelFile
) -> None:
    last = len(gaussian.scale_tables) - 1
    assert fitted.scale_tables[0] == gaussian.scale_tables[0]  # symbols of it are never written
    np.testing.assert_array_equal(
        fitted.scale_tables[last].frequencies, gaussian.scale_tables[last].frequencies
    )


def test_tails_hold_what_a_gaussian_does_not(gaussian: ModelFile, fitted: ModelFile) -> None:
    """A symbol of six deviations is a matter of bits, not of an escape."""
    middle = 32
    symbol = -gaussian.scale_tables[middle].first + 1
    table = fitted.scale_tables[middle]
    assert symbol < -table.first
    assert table.frequencies[symbol - table.first] / TABLE_TOTAL > 2.0**-23


def test_export_fits_tables_where_typical_latents_are_given(
    model: JointModel, gaussian: ModelFile, fitted: ModelFile, tmp_path: Path
) -> None:
    latents = peaked(model, 4.0, 0)
    batch = (latents.latents[None], model.log_gain(torch.tensor([4.0])))
    pictures = [peaked(model, q, n) for n, q in enumerate((1.0, 4.0, 8.0))]
    export_model(model, "tiny", Calibration([batch], pictures), {}, tmp_path / "a.safetensors")
    picture = peaked(model, 5.0, 99)
    assert length(read_model(tmp_path / "a.safetensors"), picture) < 0.97 * length(
        gaussian, picture
    )
