"""The model for inference: its size, its price, its locality, and any picture that goes in."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from llcodec.nerco.coordinates import coordinates
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import COMPACT, PAPER, NercoPreset
from llcodec.nerco.switches import ABLATION_1, ABLATION_2, NercoSwitches
from llcodec.nerco.views import to_unit, view_of_whole
from llcodec.nerco.windows import Area


def parameters(module: nn.Module | None) -> int:
    assert module is not None
    return sum(p.numel() for p in module.parameters())


def multiplications(run: Callable[[], object]) -> float:
    with FlopCounterMode(display=False) as counter:
        run()
    return float(counter.get_total_flops()) / 2


def test_paper_has_the_published_numbers_of_parameters() -> None:
    with torch.device("meta"):
        model = NercoModel(PAPER)
    published = {model.nrn: 11.658e6, model.me: 0.250e6, model.g_h: 11.388e6, model.g_l: 11.378e6}
    for module, count in published.items():
        assert parameters(module) == pytest.approx(count, rel=0.01)


def test_paper_has_the_published_price() -> None:
    with torch.device("meta"):
        model = NercoModel(PAPER)
        whole = view_of_whole(torch.rand(1, 3, 256, 256))
    assert multiplications(lambda: model.normalise(whole)) == pytest.approx(68e9, rel=0.02)
    assert multiplications(lambda: model.mask(whole)) == pytest.approx(15.7e9, rel=0.02)
    assert multiplications(lambda: model(whole)) == pytest.approx(134e9, rel=0.02)


@pytest.mark.parametrize("shape", [(400, 600), (1200, 1600)])
def test_compact_stays_within_its_budget(shape: tuple[int, int]) -> None:
    with torch.device("meta"):
        model = NercoModel(COMPACT)
        count = multiplications(lambda: model.enhance(torch.rand(1, 3, *shape)))
    assert 20e3 < count / (shape[0] * shape[1]) <= 120e3


@torch.no_grad()
def lively_model(preset: NercoPreset = COMPACT) -> NercoModel:
    """Return a compact model in which every layer has a say."""
    torch.manual_seed(4)
    model = NercoModel(preset)
    for module in model.modules():
        if isinstance(module, nn.Linear) and not module.weight.any():
            nn.init.normal_(module.weight, std=0.05)
    model.g_h.net.tail[3].weight.mul_(10)  # type: ignore[union-attr,index]
    return model


@torch.inference_mode()
def test_tiles_fit_as_if_the_whole_had_been_enhanced_at_once() -> None:
    model = lively_model()
    slope = torch.linspace(0.01, 0.3, 250)
    x = (slope * torch.rand(1, 3, 101, 250)).clamp(0, 1)
    whole, pieces = model.enhance(x), model.enhance(x, core=128)
    assert whole.std() > 0.05
    torch.testing.assert_close(pieces, whole, atol=2e-5, rtol=0)


@torch.inference_mode()
@pytest.mark.parametrize("blocks", [(2, 1, 3), (3, 1, 1), (0, 2, 2)])
def test_no_pixel_reaches_beyond_the_halo(blocks: tuple[int, int, int]) -> None:
    extractor, mask, enhancer = blocks
    preset = replace(
        COMPACT, extractor_blocks=extractor, mask_blocks=mask, enhancer_blocks=enhancer
    )
    model, halo = lively_model(preset), preset.halo
    whole = view_of_whole(0.2 * torch.rand(1, 3, 16, 256))
    changed = whole.picture.clone()
    changed[..., 124:132] = 1.0
    touched = (model(whole) != model(whole.with_picture(changed, whole.overview))).any(2).any(1)[0]
    assert touched[124:132].all()
    reach = torch.nonzero(touched).flatten()
    assert reach[0] >= 124 - halo
    assert reach[-1] < 132 + halo
    assert 132 - reach[0] > halo - 16  # and it is not much too wide
    assert halo % 4 == 0


@pytest.mark.parametrize("shape", [(1, 1), (3, 70), (31, 33), (64, 20)])
def test_any_size_goes_in_and_comes_out(tiny: NercoPreset, shape: tuple[int, int]) -> None:
    bright = NercoModel(tiny).enhance(0.1 * torch.rand(2, 3, *shape))
    assert bright.shape == (2, 3, *shape)
    assert 0 <= bright.min() <= bright.max() <= 1
    assert not bright.requires_grad


def test_compact_brightens_before_any_training(compact: NercoPreset) -> None:
    x = 0.05 * torch.rand(1, 3, 40, 60)
    assert 0.3 < NercoModel(compact).enhance(x).mean() < 0.6


def test_enhancing_is_the_forward_pass(tiny: NercoPreset) -> None:
    model = NercoModel(tiny)
    x = 0.1 * torch.rand(1, 3, 32, 44)
    torch.testing.assert_close(model.enhance(x), to_unit(model(view_of_whole(x))))


def test_extreme_pictures_stay_finite(tiny: NercoPreset) -> None:
    model = NercoModel(tiny)
    for level in (0.0, 1.0):
        assert model.enhance(torch.full((1, 3, 16, 16), level)).isfinite().all()


def test_switches_leave_networks_out(tiny: NercoPreset) -> None:
    bare = NercoModel(tiny, ABLATION_1)
    assert bare.nrn is None
    assert bare.me is None
    assert NercoModel(tiny, ABLATION_2).me is not None
    assert NercoModel(tiny, NercoSwitches(cooperation=False)).nrn is not None
    assert bare.enhance(torch.rand(1, 3, 16, 16)).shape == (1, 3, 16, 16)


@pytest.mark.parametrize("visible", [False, True])
def test_coordinates_can_be_hidden(tiny: NercoPreset, visible: bool) -> None:
    model = NercoModel(tiny, NercoSwitches(coordinates=visible))
    here = view_of_whole(0.1 * torch.rand(1, 3, 32, 44))
    there = replace(here, coordinates=coordinates(320, 440, Area(100, 200, 32, 44)))
    with torch.no_grad():
        assert torch.equal(model(here), model(there)) != visible


def test_inference_needs_no_g_l(tiny: NercoPreset) -> None:
    model = NercoModel(tiny)
    torch.manual_seed(0)
    shipped = NercoModel(tiny, degrader=False)
    kept = {k: v for k, v in model.state_dict().items() if not k.startswith("g_l.")}
    shipped.load_state_dict(kept)
    x = 0.1 * torch.rand(1, 3, 16, 16)
    assert torch.equal(shipped.enhance(x), model.enhance(x))


def test_inference_imports_nothing_that_only_training_needs() -> None:
    code = "import sys, llcodec.nerco.model; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "llcodec.nerco.generators" in loaded
    training = ("llcodec.training", "llcodec.data", "open_clip")
    assert not [name for name in loaded if name.startswith(training)]
    parts = ("losses", "step", "discriminators", "guidance", "dual_loop", "text_guide")
    assert not loaded & {f"llcodec.nerco.{part}" for part in parts}
