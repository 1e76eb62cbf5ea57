from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from llcodec.nerco.generators import BrighteningGenerator, DarkeningGenerator
from llcodec.nerco.mask_extractor import Mask
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.views import View, to_unit
from llcodec.nerco.whole_picture import from_log_odds, log_odds


def with_weights(weights: Tensor) -> Mask:
    return Mask(weights, weights.expand(-1, 3, -1, -1), weights)


def test_made_pictures_are_pictures(tiny: NercoPreset, low: View, high: View) -> None:
    mask = with_weights(torch.rand(1, 1, 32, 32))
    bright = BrighteningGenerator(tiny)(low, low.picture, mask)
    dark = DarkeningGenerator(tiny)(high, low.overview, mask)
    for picture in (bright, dark):
        assert picture.shape == low.picture.shape
        assert picture.abs().max() < 1.003


def test_everything_that_is_shown_has_influence(tiny: NercoPreset, low: View) -> None:
    g_h = BrighteningGenerator(tiny)
    mask = with_weights(torch.full((1, 1, 32, 32), 0.5))
    out = g_h(low, low.picture, mask)
    others = (
        g_h(low, -low.picture, mask),
        g_h(low, low.picture, with_weights(torch.rand(1, 1, 32, 32))),
        g_h(low.with_picture(-low.picture, low.overview), low.picture, mask),
    )
    for other in others:
        assert (other - out).abs().max() > 1e-6


def test_no_mask_is_attention_everywhere(tiny: NercoPreset, low: View) -> None:
    ones = with_weights(torch.ones(1, 1, 32, 32))
    g_h, g_l = BrighteningGenerator(tiny), DarkeningGenerator(tiny)
    assert torch.equal(g_h(low, low.picture, ones), g_h(low, low.picture))
    assert torch.equal(g_l(low, low.overview, ones), g_l(low, low.overview))


@torch.no_grad()
@pytest.mark.parametrize("level", [0.03, 0.1, 0.5])
def test_compact_starts_as_a_simple_exposure(
    compact: NercoPreset, make_view: Callable[..., View], level: float
) -> None:
    dark = make_view(1, level)
    g_h, small = BrighteningGenerator(compact), dark.of_overview()
    bright = g_h(dark, dark.picture)
    assert 0.4 < to_unit(bright).mean() < 0.62
    of_whole = g_h(small, small.picture)
    again = DarkeningGenerator(compact)(dark.with_picture(bright, of_whole), dark.overview)
    assert (to_unit(again).mean() - to_unit(dark.picture).mean()).abs() < 0.06


@torch.no_grad()
def test_compact_darkens_to_the_exposure_of_a_dark_picture(
    compact: NercoPreset, make_view: Callable[..., View]
) -> None:
    g_l, bright = DarkeningGenerator(compact), make_view(3, 0.5)
    means = [
        float(to_unit(g_l(bright, make_view(4, level).overview)).mean())
        for level in (0.02, 0.05, 0.2)
    ]
    assert means == sorted(means)
    assert means[0] < 0.1 < means[2]


def test_compact_knows_the_whole_from_the_overview_alone(
    compact: NercoPreset, low: View, high: View
) -> None:
    g_h = BrighteningGenerator(compact)
    out = g_h(low, low.picture)
    other = g_h(replace(low, overview=high.overview), low.picture)
    assert other.mean() < out.mean() - 0.3  # a piece of a bright picture stays dark


def test_training_reaches_the_code_of_the_whole(compact: NercoPreset, low: View) -> None:
    g_h = BrighteningGenerator(compact)
    g_h(low, low.picture).sum().backward()
    grad = g_h.net.get_parameter("global_shift.weight").grad
    assert grad is not None
    assert (grad.abs().sum(1) > 0).all()


@torch.no_grad()
def test_compact_takes_noise_away_before_it_is_amplified(
    compact: NercoPreset, make_view: Callable[..., View]
) -> None:
    """At the start most of what is brightened is smoothed, so that most of white noise is gone."""
    dark = make_view(1, 0.05)
    flat = torch.full_like(dark.picture, -0.9)
    noisy = flat + 0.02 * torch.randn(flat.shape, generator=torch.Generator().manual_seed(0))
    g_h = BrighteningGenerator(compact)
    clean, other = (g_h(dark.with_picture(x, dark.overview), x) for x in (flat, noisy))
    shift = float((log_odds(clean) - log_odds(flat)).mean())
    brightened = from_log_odds(log_odds(noisy) + shift)
    assert (other - clean).std() < 0.4 * (brightened - clean).std()


@torch.no_grad()
def test_what_is_bright_already_is_smoothed_less(
    compact: NercoPreset, make_view: Callable[..., View]
) -> None:
    g_h = BrighteningGenerator(compact)
    kept = []
    for level in (0.05, 0.5):
        shown = make_view(1, level)
        made = log_odds(g_h(shown, shown.picture))
        kept.append(float(made.std() / log_odds(shown.picture).std()))
    assert kept[0] < 0.8 * kept[1]


@torch.no_grad()
def test_compact_may_choose_to_leave_every_detail(
    compact: NercoPreset, make_view: Callable[..., View]
) -> None:
    dark = make_view(1, 0.05)
    g_h = BrighteningGenerator(compact)
    last = g_h.net.tail[-2]  # type: ignore[index]
    assert isinstance(last, nn.Conv2d)
    assert last.bias is not None
    last.weight.zero_()
    last.bias.zero_()
    last.bias[3:6] = 50.0  # the first version is the picture itself
    shift = log_odds(g_h(dark, dark.picture)) - log_odds(dark.picture)
    assert float(shift.std((-2, -1)).max()) < 1e-3
