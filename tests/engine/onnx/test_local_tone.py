"""Local curves in NumPy, held to those of the networks."""

import numpy as np
import pytest
import torch

from llcodec.engine.onnx.local_tone import LocalCurve
from llcodec.nets.tone import fade_if_bright
from llcodec.nets.tone_numbers import curve_of_numbers, to_numbers
from tests.engine.test_exposures import NUMBERS

SHARES = [0.0, 0.3, 1.0]
BRIGHT = (4000, 3800, 4300, -1500, -1300, -1700, *NUMBERS[6:])


def planes(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1)[None]


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("numbers", [NUMBERS, BRIGHT])
def test_pictures_are_brightened_as_by_the_networks(share: float, numbers: tuple[int, ...]) -> None:
    x = np.random.default_rng(2).random((100, 150, 3), np.float32) ** 2
    wanted = curve_of_numbers(numbers).scaled(share).apply(planes(x))[0].permute(1, 2, 0)
    found = LocalCurve.of_numbers(numbers).scaled(np.float32(share)).applied(x)
    np.testing.assert_allclose(found, wanted.numpy(), atol=2e-5)


@pytest.mark.parametrize("numbers", [NUMBERS, BRIGHT])
def test_numbers_come_back_as_they_were(numbers: tuple[int, ...]) -> None:
    assert LocalCurve.of_numbers(numbers).to_numbers() == numbers
    assert to_numbers(curve_of_numbers(numbers)) == numbers


def test_bright_pictures_keep_their_exposure() -> None:
    from llcodec.engine.onnx.tone_network import faded_if_bright

    bright = np.full((100, 150, 3), 0.8, np.float32)
    found = faded_if_bright(LocalCurve.of_numbers(NUMBERS), bright).to_numbers()
    assert found == to_numbers(fade_if_bright(curve_of_numbers(NUMBERS), planes(bright)))
    assert found[:6] == (0,) * 6
    assert set(found[19:]) == {0}
