from dataclasses import replace

import torch

from llcodec.nerco.dual_loop import dual_loop
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.switches import ABLATION_1, ABLATION_2
from llcodec.nerco.views import View


@torch.no_grad()
def test_the_loops_are_those_of_equations_8_and_9(tiny: NercoPreset, low: View, high: View) -> None:
    model = NercoModel(tiny)
    loop = dual_loop(model, low, high)
    mask = model.mask(low)
    assert mask is not None
    assert loop.low is low.picture
    assert loop.high is high.picture
    assert torch.equal(loop.bright, model.brighten(low, model.normalise(low), mask))
    assert torch.equal(loop.bright, model(low))
    assert torch.equal(loop.dark, model.darken(high, low.overview, mask))
    assert loop.normalised is not None
    assert torch.equal(loop.normalised, model.normalise(low))
    assert loop.identity is not None
    assert torch.equal(loop.identity.low, model.darken(low, low.overview))
    assert torch.equal(loop.identity.high, model.brighten(high, high.picture))


@torch.no_grad()
def test_the_second_half_of_each_loop_starts_from_what_the_first_made(
    tiny: NercoPreset, low: View, high: View
) -> None:
    model = NercoModel(tiny)
    loop = dual_loop(model, low, high)
    shown: dict[str, list[torch.Tensor]] = {"g_h": [], "g_l": [], "nrn": []}
    for name, seen in shown.items():
        module = getattr(model, name)
        module.register_forward_pre_hook(lambda m, given, seen=seen: seen.append(given[0].picture))
    dual_loop(model, low, high)
    assert any(torch.equal(x, loop.dark) for x in shown["g_h"])
    assert any(torch.equal(x, loop.dark) for x in shown["nrn"])
    assert any(torch.equal(x, loop.bright) for x in shown["g_l"])


@torch.no_grad()
def test_cooperation_adds_and_subtracts_the_lightness(
    tiny: NercoPreset, low: View, high: View
) -> None:
    model = NercoModel(tiny)
    loop = dual_loop(model, low, high)
    made, mask = loop.cooperation, model.mask(low)
    assert made is not None
    assert mask is not None
    assert torch.equal(made.lightness, mask.lightness)
    assert torch.equal(made.pseudo_high, low.picture + made.lightness)
    assert torch.equal(made.pseudo_low, high.picture - made.lightness)
    assert made.pseudo_low_enhanced.shape == made.dark_lightness.shape == low.picture.shape


@torch.no_grad()
def test_made_pictures_have_the_whole_that_the_networks_make(
    compact: NercoPreset, low: View, high: View
) -> None:
    """A dark picture made from a bright one counts as a piece of a dark whole."""
    model = NercoModel(compact)
    seen: list[View] = []
    assert model.nrn is not None
    model.nrn.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    dual_loop(model, low, high)
    made = seen[-1]  # NRN of the dark picture
    assert made.overview.mean() < -0.7 < high.overview.mean()
    small_low, small_high = low.of_overview(), high.of_overview()
    mask = model.mask(small_low)
    assert mask is not None
    expected = model.darken(small_high, low.overview, mask)
    torch.testing.assert_close(made.overview, expected)


def test_overviews_of_made_pictures_carry_no_gradient(
    tiny: NercoPreset, low: View, high: View
) -> None:
    model = NercoModel(tiny)
    seen: list[View] = []
    assert model.g_l is not None
    model.g_l.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    dual_loop(model, low, high)
    assert not any(v.overview.requires_grad for v in seen)
    assert any(v.picture.requires_grad for v in seen)


def test_switches_leave_parts_out(tiny: NercoPreset, low: View, high: View) -> None:
    bare = dual_loop(NercoModel(tiny, ABLATION_1), low, high, identity=False)
    assert (bare.normalised, bare.cooperation, bare.identity) == (None, None, None)
    second = dual_loop(NercoModel(tiny, ABLATION_2), low, high)
    assert second.normalised is None
    assert second.cooperation is not None


@torch.no_grad()
def test_without_normalisation_the_picture_takes_its_place(
    tiny: NercoPreset, low: View, high: View
) -> None:
    model = NercoModel(tiny, replace(ABLATION_2, cooperation=False))
    loop = dual_loop(model, low, high)
    assert torch.equal(loop.bright, model.brighten(low, low.picture))


@torch.no_grad()
def test_a_camera_writes_what_the_second_loop_continues_with(
    tiny: NercoPreset, low: View, high: View
) -> None:
    model = NercoModel(tiny)
    clean = dual_loop(model, low, high)
    loop = dual_loop(model, low, high, camera=lambda dark: dark + 0.05)
    assert loop.camera
    assert torch.equal(loop.dark, clean.dark + 0.05)
    assert torch.equal(loop.bright, clean.bright)
    assert not torch.equal(loop.high_again, clean.high_again)
