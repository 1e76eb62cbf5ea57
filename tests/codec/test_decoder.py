from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from llcodec._bitstream import LATENT_UNITS
from llcodec.codec.decoder import check_brightness, synthesise
from llcodec.codec.encoder import analyse
from llcodec.codec.latents import LatentPlane
from llcodec.codec.samples import to_samples
from llcodec.codec.windows import SIDE, LatentBox
from llcodec.container import Header
from llcodec.engine.torch_transforms import TorchTransforms
from llcodec.errors import CorruptError, InputError
from llcodec.nets.tone import adjust_brightness
from llcodec.nets.tone_numbers import from_numbers

if TYPE_CHECKING:
    from tests.codec.conftest import MakePicture
    from tests.codec.started import Tiny

Large = tuple[torch.Tensor, Header]


def header_of(pixels: np.ndarray, tone: tuple[int, ...] | None, **more: object) -> Header:
    height, width = pixels.shape[:2]
    return Header(width, height, 1024, "tiny", bytes(8), tone=tone, **more)  # type: ignore[arg-type]


def plane(units: torch.Tensor) -> LatentPlane:
    return LatentPlane(units.numpy(), LatentBox(0, units.shape[1], 0, units.shape[2]))


def tone_of(header: Header) -> tuple[int, ...]:
    assert header.tone is not None
    return header.tone


@torch.inference_mode()
def whole(tiny: "Tiny", units: torch.Tensor, header: Header) -> torch.Tensor:
    """The float picture of latents in 1/64, transformed in one piece."""
    factor = tiny.trained.inverse_gain(torch.tensor([header.quality])) / LATENT_UNITS
    picture = tiny.trained.synthesise(units[None] * factor)
    return picture[..., : header.height, : header.width]


@pytest.fixture(scope="module")
def large(tiny: "Tiny", make_picture: "MakePicture") -> Large:
    """Latents in 1/64 of a picture that takes several windows, and its header."""
    pixels = make_picture(37, (SIDE + 9) * 16 - 3, seed=4, white=90)
    analysis = analyse(TorchTransforms(tiny.trained), pixels)
    gain = tiny.trained.log_gain(torch.tensor([4.0])).exp()[0].detach()
    units = (torch.from_numpy(analysis.latents()) * gain * LATENT_UNITS).round()
    return units, header_of(pixels, analysis.tone, sixteen_bit=True)


def test_a_large_picture_is_synthesised_as_if_in_one_piece(tiny: "Tiny", large: Large) -> None:
    units, header = large
    pixels = synthesise(TorchTransforms(tiny.trained), plane(units), header, 1.0)
    assert pixels.dtype == np.uint16
    expected = whole(tiny, units, header)[0].permute(1, 2, 0).clamp(0, 1).numpy()
    np.testing.assert_allclose(pixels / 65535, expected, atol=1e-4)


@pytest.mark.parametrize("brightness", [0.0, 0.4])
def test_brightness_is_that_of_the_tone_curve(
    tiny: "Tiny", large: Large, brightness: float
) -> None:
    units, header = large
    pixels = synthesise(TorchTransforms(tiny.trained), plane(units), header, brightness)
    shown = adjust_brightness(whole(tiny, units, header), from_numbers(tone_of(header)), brightness)
    expected = to_samples(shown[0].permute(1, 2, 0).numpy(), sixteen_bit=True, grey=False)
    assert np.abs(pixels.astype(int) - expected).max() <= 8


@pytest.mark.parametrize("brightness", [-0.01, 2.01, float("nan"), float("inf")])
def test_brightness_outside_its_range_is_an_input_error(large: Large, brightness: float) -> None:
    _, header = large
    with pytest.raises(InputError, match="brightness"):
        check_brightness(header, brightness, model_has_tone=True)


def test_without_a_tone_curve_there_is_nothing_to_undo(tiny: "Tiny", large: Large) -> None:
    units, header = large
    plain = replace(header, tone=None)
    with pytest.raises(InputError, match="no tone curve"):
        check_brightness(plain, 0.5, model_has_tone=False)
    check_brightness(plain, 1.0, model_has_tone=False)
    check_brightness(plain, 0.5, model_has_tone=True)  # a picture of one colour
    transforms = TorchTransforms(tiny.trained)
    dark = synthesise(transforms, plane(units), plain, 1.0)
    assert dark.std() > 0
    assert synthesise(transforms, plane(units), plain, 1.0, exposure=1.0).mean() > dark.mean()


def test_a_matrix_that_cannot_be_undone_is_corrupt(tiny: "Tiny", large: Large) -> None:
    units, header = large
    singular = replace(header, tone=(*tone_of(header)[:6], *([1000] * 9)))
    with pytest.raises(CorruptError, match="tone"):
        synthesise(TorchTransforms(tiny.trained), plane(units), singular, 0.0)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("brightness", [0.0, 0.3])
@pytest.mark.parametrize("spread", [200, 20_000])
def test_absurd_tone_numbers_still_make_a_picture(
    tiny: "Tiny", sign: int, brightness: float, spread: int
) -> None:
    tone = (*([sign * 32767] * 3), *([sign * 32767] * 3), 4096, 0, 0, 0, 4096, 0, 0, 0, 4096)
    units = (spread * torch.randn(16, 2, 2, generator=torch.manual_seed(1))).round()
    header = header_of(np.empty((32, 32, 3)), tone)
    pixels = synthesise(TorchTransforms(tiny.trained), plane(units), header, brightness)
    assert pixels.shape == (32, 32, 3)


def test_grey_headers_make_grey_pictures(tiny: "Tiny", large: Large) -> None:
    units, header = large
    pixels = synthesise(
        TorchTransforms(tiny.trained), plane(units), replace(header, grey=True), 1.0
    )
    assert (pixels == pixels[..., :1]).all()
