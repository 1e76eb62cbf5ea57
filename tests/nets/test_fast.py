"""The fast preset: its budget, its locality, and what it can do before any training."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from llcodec.codec.windows import DECODER_HALO
from llcodec.nets.attention import PooledAttention
from llcodec.nets.fast import build_transforms
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import FAST, FAST_2, Preset
from llcodec.nets.tone import identity_curve
from llcodec.training.karhunen_loeve import patch_basis, warm_start
from llcodec.training.recipe import LAMBDAS

HEIGHT, WIDTH = 256, 512  # attention costs as much per pixel as at 512×960
_REACH = 14  # latents, at least 213 pixels
SMALL = replace(
    FAST, widths=(8, 8, 8, 16), latents=16, hyper_latents=8, hyper_hidden=8, condition=8
)


def smooth_pictures(count: int) -> list[np.ndarray]:
    """Random pictures whose spectrum falls as that of photographs does."""
    rng = np.random.default_rng(11)
    pictures = []
    for _ in range(count):
        frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(128), np.fft.rfftfreq(128), indexing="ij"))
        noise = np.fft.rfft2(rng.normal(size=(4, 128, 128))) / (frequency + 0.01) ** 2
        planes = np.fft.irfft2(noise, (128, 128))
        planes = (planes / planes.std((1, 2), keepdims=True)).transpose(1, 2, 0)
        colour = planes[..., :1] + 0.3 * planes[..., 1:]
        pictures.append((128 + 45 * colour).clip(0, 255).round().astype(np.uint8))
    return pictures


def thousands_per_pixel(counter: FlopCounterMode) -> float:
    return counter.get_total_flops() / 2 / (HEIGHT * WIDTH) / 1e3


@torch.no_grad()
def test_multiplications_stay_within_the_budget() -> None:
    model = JointModel(FAST_2)
    x, curve = torch.rand(1, 3, HEIGHT, WIDTH), identity_curve(1)
    analysis, hyper, synthesis = (FlopCounterMode(display=False) for _ in range(3))
    with analysis:
        y = model.analyse(x, curve)
        z = model.h_a(y)
    with hyper:
        model.h_s(z)
    with synthesis:
        model.synthesise(y)
    # The walk over the board: parameters once per latent, neighbours for every other one.
    walk = 0
    for group in model.grouped_context.channel_groups:
        walk += sum(p.numel() for p in group.entropy_parameters.parameters() if p.ndim > 1)
        context = group.context
        walk += int((context.weight[0] * context.mask != 0).sum()) * context.out_channels // 2
        if group.channel_context is not None:
            walk += group.channel_context.weight.numel()
    entropy = thousands_per_pixel(hyper) + walk / 256 / 1e3
    assert y.shape == (1, FAST_2.latents, HEIGHT // 16, WIDTH // 16)
    assert 10 < thousands_per_pixel(analysis) <= 45
    assert 10 < thousands_per_pixel(synthesis) <= 31
    assert entropy <= 4


@pytest.mark.parametrize("scale", [True, False])
def test_parts_fit_together(scale: bool) -> None:
    parts = build_transforms(replace(SMALL, scale_and_shift=scale))
    planes, snr = torch.rand(2, 7, 64, 128), torch.rand(2, 1, 64, 128)
    y0 = parts.g_a0(planes)
    assert y0.shape == (2, 8, 16, 32)
    y0 = parts.f_a0(y0, parts.snr_branch0(y0, snr))
    features, y = parts.g_a1(y0)
    assert features.shape == (2, 16, 4, 8)
    y = parts.f_a1(y, parts.snr_branch1(features, snr))
    assert y.shape == (2, 16, 4, 8)
    assert parts.g_s(y).shape == (2, 3, 64, 128)
    assert parts.h_s(parts.h_a(y)).shape == (2, SMALL.hyper_features, 4, 8)


def test_residual_transforms_start_at_zero() -> None:
    parts = build_transforms(SMALL)
    _, y = parts.g_a1(parts.g_a0(torch.rand(1, 7, 32, 32)))
    assert not y.any()
    assert not parts.g_s(torch.randn(1, 16, 2, 2)).any()


@torch.inference_mode()
def test_the_decoder_is_local() -> None:
    """A latent reaches no pixel beyond the halo, whatever the size of the picture."""
    torch.manual_seed(4)
    model = JointModel(SMALL)
    assert model.linear_synthesis is not None
    for parameter in (model.g_s.layers[-2].weight, model.linear_synthesis.weight):
        nn.init.normal_(parameter)
    y = torch.randn(1, 16, 3, 30)
    changed = y.clone()
    changed[..., 0] += 1
    touched = (model.synthesise(y) != model.synthesise(changed)).any(2).any(1)[0]
    assert touched[:16].all()
    assert not touched[(1 + DECODER_HALO) * 16 :].any()
    part = model.synthesise(y[..., :20])[..., : (20 - DECODER_HALO) * 16]
    torch.testing.assert_close(part, model.synthesise(y)[..., : part.shape[-1]])


@torch.inference_mode()
@pytest.mark.parametrize("preset", [FAST_2, FAST], ids=lambda preset: preset.name)
def test_apart_from_attention_the_encoder_is_local(
    preset: Preset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pixel reaches 213 pixels far at most, whatever the size of the picture.

    Of trained networks, only what lies within the halo of windows matters
    (tests/codec/test_encoder.py).
    """
    torch.manual_seed(6)
    widths = tuple(min(8, width) for width in preset.widths)
    small = replace(SMALL, widths=widths, blocks=preset.blocks)  # type: ignore[arg-type]
    model = JointModel(small).double()
    for parameter in model.parameters():
        if parameter.ndim == 4 and not parameter.any():
            nn.init.normal_(parameter)
    monkeypatch.setattr(PooledAttention, "forward", lambda self, x, snr: torch.zeros_like(x))
    x = torch.rand(1, 3, 32, 1024, dtype=torch.float64)
    changed = x.clone()
    changed[..., :256] = 0.5
    before, after = (model.analyse(picture, None) for picture in (x, changed))
    touched = (before != after).any(1)[0].any(0)
    assert touched[:16].all()
    assert not touched[16 + _REACH :].any()


@torch.no_grad()
def test_warm_started_it_is_a_transform_codec() -> None:
    torch.manual_seed(5)
    *training, unseen = smooth_pictures(4)
    model = JointModel(FAST_2)
    x = torch.from_numpy(unseen).permute(2, 0, 1)[None].float() / 255
    before = psnr(model(x, None, torch.tensor([8.0]), enhance=False).x_hat, x)
    basis = patch_basis(training, FAST_2.latents, np.random.default_rng(0), patches=3000)
    warm_start(model, *basis, LAMBDAS)
    scores = {}
    for quality in (1.0, 4.0, 8.0):
        out = model(x, None, torch.tensor([quality]), enhance=False)
        bits = out.latent_bits + out.hyper_bits
        scores[quality] = psnr(out.x_hat, x), float(bits)
    assert before < 18
    assert scores[4.0][0] > 26
    assert scores[8.0][0] > 33
    assert scores[1.0][0] < scores[4.0][0] < scores[8.0][0]
    assert scores[1.0][1] < scores[4.0][1] < scores[8.0][1]


def psnr(picture: torch.Tensor, target: torch.Tensor) -> float:
    return -10 * float((picture.clamp(0, 1) - target).square().mean().log10())
