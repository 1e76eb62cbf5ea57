"""The seam, held to the model behind it."""

import numpy as np
import pytest
import torch

from llcodec.codec.models import load_model
from llcodec.codec.weights import ModelFile
from llcodec.engine.protocol import Transforms
from llcodec.engine.torch_models import joint_model
from llcodec.engine.torch_transforms import torch_transforms
from llcodec.nets.joint import JointModel
from llcodec.nets.snr import snr_ratio
from llcodec.nets.tone_numbers import from_numbers, to_numbers


@pytest.fixture(scope="module")
def file() -> ModelFile:
    return load_model("fast")


@pytest.fixture(scope="module")
def transforms(file: ModelFile) -> Transforms:
    return torch_transforms(file.preset, file.arrays, torch.device("cpu"))


@pytest.fixture(scope="module")
def model(file: ModelFile) -> JointModel:
    return joint_model(file.preset, file.arrays)


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).random((height, width, 3), np.float32) * np.float32(0.2)


def planes(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(values).permute(2, 0, 1)[None]


@torch.inference_mode()
def test_each_transform_is_the_models(model: JointModel, transforms: Transforms) -> None:
    x = picture(64, 128)
    small = picture(100, 150)
    tone = transforms.predict_tone(small)
    curve = model.predict_tone(planes(small))
    assert tone is not None
    assert curve is not None
    assert tone == to_numbers(curve)
    y = transforms.analyse(x, tone, None)
    assert y.shape == (transforms.latents, 4, 8)
    expected = model.analyse(planes(x), from_numbers(tone))[0]
    torch.testing.assert_close(torch.from_numpy(y), expected, atol=1e-4, rtol=1e-4)
    plain = torch.from_numpy(transforms.analyse(x, tone, None, enhance=False))
    wanted = model.analyse(planes(x), from_numbers(tone), enhance=False)[0]
    torch.testing.assert_close(plain, wanted, atol=1e-4, rtol=1e-4)
    assert float((plain - expected).abs().max()) > 1e-2
    z = transforms.hyper_analysis(y)
    assert z.shape == (model.preset.hyper_latents, 1, 2)
    wanted = model.h_a(torch.from_numpy(y)[None] / model.coded_scale[:, None, None])[0]
    torch.testing.assert_close(torch.from_numpy(z), wanted)
    shown = transforms.synthesise(y)
    assert shown.shape == (64, 128, 3)
    torch.testing.assert_close(planes(shown), model.synthesise(torch.from_numpy(y)[None]))
    means = transforms.preview(y)
    assert means is not None
    assert means.shape == (4, 8, 3)


@torch.inference_mode()
def test_the_snr_is_the_published_one(transforms: Transforms) -> None:
    x = picture(20, 30)
    assert not transforms.needs_snr_maximum  # the robust map of the shipped model is local
    torch.testing.assert_close(
        torch.from_numpy(transforms.snr_ratio(x)), snr_ratio(planes(x))[0, 0]
    )


@pytest.mark.parametrize("quality", [1.0, 4.3, 8.0])
@torch.inference_mode()
def test_gains_are_those_of_the_quality(
    model: JointModel, transforms: Transforms, quality: float
) -> None:
    asked = torch.tensor([quality])
    for mine, wanted in (
        (transforms.gain(quality), model.log_gain(asked).exp()),
        (transforms.inverse_gain(quality), model.inverse_gain(asked)),
    ):
        assert np.array_equal(mine, wanted[0, :, 0, 0].numpy())
