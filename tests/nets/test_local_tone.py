"""The local tone curve: black, white, lamps and places."""

import pytest
import torch
from torch import Tensor

from llcodec.nets.local_tone import LocalToneCurve, places_within
from llcodec.nets.tone import ToneCurve, apply_tone


def curve(
    gain: float, gamma: float = 1.0, toe: float = 0.0, knee: float = 0.3, grid: Tensor | None = None
) -> LocalToneCurve:
    whole = ToneCurve(
        torch.tensor([[gain, 0.9 * gain, 1.2 * gain]]).log(),
        torch.full((1, 3), gamma).log(),
        torch.eye(3)[None],
    )
    exposures = torch.zeros(1, 1, 4, 6) if grid is None else grid
    return LocalToneCurve(whole, torch.full((1, 3), toe), torch.full((1, 1), knee), exposures)


def ramp(start: float = 0.0, end: float = 1.0) -> Tensor:
    return torch.linspace(start, end, 200).view(1, 1, 1, -1).expand(1, 3, 2, -1)


RANDOM = torch.randn(1, 1, 4, 6, generator=torch.Generator().manual_seed(0))
CURVES = [curve(8), curve(20, 0.6, 0.05, 0.6), curve(1.5, 1.4, 0.2, 0.9), curve(0.6)]


@pytest.mark.parametrize("tone", CURVES)
def test_brighter_stays_brighter_and_white_is_the_brightest(tone: LocalToneCurve) -> None:
    out = apply_tone(ramp(), tone)
    assert (out.diff(dim=-1) > -1e-6).all()
    assert out.max() <= 1 + 1e-5


@pytest.mark.parametrize("tone", CURVES[:3])
def test_white_stays_white_and_lamps_keep_their_shape(tone: LocalToneCurve) -> None:
    out = apply_tone(ramp(0.5), tone)
    torch.testing.assert_close(out[..., -1], torch.ones(1, 3, 2), atol=2e-4, rtol=0)
    assert (out[:, 1, 0].diff() > 0).all()


def test_a_toe_keeps_black_black() -> None:
    noise = torch.full((1, 3, 2, 2), 2 / 255)
    assert float(apply_tone(noise, curve(20)).mean()) > 0.15
    assert float(apply_tone(noise, curve(20, toe=0.3)).mean()) < 0.06
    grey = torch.full((1, 3, 2, 2), 0.05)
    assert float(apply_tone(grey, curve(20, toe=0.3)).mean()) > 0.6


@pytest.mark.parametrize("tone", [*CURVES, curve(5, 0.8, 0.1, 0.4, RANDOM)])
def test_no_share_of_a_curve_changes_nothing(tone: LocalToneCurve) -> None:
    x = torch.rand(1, 3, 8, 9)
    same = x.clamp(min=1e-4)
    torch.testing.assert_close(apply_tone(x, tone.scaled(0)), same, atol=1e-5, rtol=1e-5)
    whole = tone.scaled(1.0)
    assert torch.equal(apply_tone(x, whole), apply_tone(x, tone))


def test_crops_are_exposed_as_in_the_whole_picture() -> None:
    tone, x = curve(3, grid=RANDOM), 0.2 * torch.rand(1, 3, 48, 80)
    places = places_within((48, 80), (48, 80))
    whole = apply_tone(x, tone)
    torch.testing.assert_close(apply_tone(x, tone, places), whole, atol=1e-5, rtol=1e-4)
    part = slice(16, 40), slice(5, 60)
    crop = apply_tone(x[:, :, *part], tone, places[:, *part])
    torch.testing.assert_close(crop, whole[:, :, *part], atol=1e-5, rtol=1e-4)


def test_padding_is_exposed_as_the_border_of_the_picture() -> None:
    tone, x = curve(2, grid=RANDOM), torch.full((1, 3, 40, 64), 0.1)
    padded = torch.full((1, 3, 64, 64), 0.1)
    out = apply_tone(padded, tone, places_within((40, 64), (64, 64)))
    torch.testing.assert_close(out[..., :40, :], apply_tone(x, tone), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(out[..., -1, :], out[..., 40, :], atol=1e-5, rtol=1e-4)
