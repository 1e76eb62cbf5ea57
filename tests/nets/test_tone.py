import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from llcodec.nets.constants import THUMBNAIL_SIZE
from llcodec.nets.tone import (
    ToneCurve,
    ToneEnsemble,
    ToneNetwork,
    adjust_brightness,
    adjust_exposure,
    apply_tone,
    brightening,
    build_tone_network,
    decode_srgb,
    encode_srgb,
    fade_if_bright,
    identity_curve,
    invert_tone,
    thumbnail,
)

MATRIX = [[1.2, -0.1, -0.1], [-0.05, 1.1, -0.05], [0.0, -0.2, 1.2]]


def curve(gain: float, gamma: float, matrix: list[list[float]] | None = None) -> ToneCurve:
    log_gain = torch.tensor([[gain, gain * 0.9, gain * 1.2]]).log()
    return ToneCurve(
        log_gain,
        torch.full((1, 3), math.log(gamma)),
        torch.tensor([matrix or torch.eye(3).tolist()]),
    )


def picture(brightest: float, darkest: float = 0.002) -> Tensor:
    generator = torch.Generator().manual_seed(6)
    x = torch.rand(1, 3, 24, 24, generator=generator)
    return darkest + (brightest - darkest) * x


def lamps() -> Tensor:
    """A ramp to four times white under a gain of ten."""
    return torch.linspace(0.05, 0.35, 50).view(1, 1, 1, 50).repeat(1, 3, 1, 1)


STRONG = [curve(8, 0.8, MATRIX), curve(20, 0.6), curve(2, 1.3, MATRIX), curve(0.7, 1.0)]


@pytest.mark.parametrize("tone", STRONG)
def test_undoing_gives_the_picture_back(tone: ToneCurve) -> None:
    x = picture(1 / float(tone.log_gain.exp().max()))  # up to white after the gain
    torch.testing.assert_close(invert_tone(apply_tone(x, tone), tone), x, atol=2e-5, rtol=2e-3)


def test_highlights_keep_their_shape() -> None:
    """A lamp at four times white is compressed, and not clipped."""
    bright = apply_tone(lamps(), curve(10, 1.0))
    assert (bright.diff(dim=-1) > 0).all()
    assert bright.max() <= 1


def test_highlights_come_back_up_to_a_little_above_white() -> None:
    """Beyond, they are dimmer than they were, never darker than what is less bright."""
    tone, x = curve(10, 1.0), lamps()
    shot = invert_tone(apply_tone(x, tone), tone)
    near = x * tone.log_gain.exp()[..., None, None] <= 1.05
    assert near.any()
    torch.testing.assert_close(shot[near], x[near])
    assert (shot.diff(dim=-1) > 0).all()
    assert (shot[~near] < x[~near] + 1e-6).all()


@pytest.mark.parametrize("tone", STRONG)
def test_errors_near_white_stay_small_as_shot(tone: ToneCurve) -> None:
    """The inverse is nowhere steeper than 6.25, so a codec's error makes no spot of colour."""
    white = torch.linspace(0.8, 1.2, 401).view(1, 1, 1, -1).expand(1, 3, 1, -1)
    bright = torch.einsum("bij,bjhw->bihw", tone.matrix, white)
    gain, gamma = (v.exp()[..., None, None] for v in (tone.log_gain, tone.log_gamma))
    linear = (invert_tone(bright, tone) * gain) ** gamma
    assert linear.diff(dim=-1).max() < 6.3e-3


@pytest.mark.parametrize("tone", STRONG)
@pytest.mark.parametrize("level", [0.0, 1.0])
def test_black_and_white_stay_finite_and_bounded(tone: ToneCurve, level: float) -> None:
    x = torch.full((1, 3, 2, 2), level, requires_grad=True)
    bright = apply_tone(x, tone)
    bright.sum().backward()  # type: ignore[no-untyped-call]
    assert bright.abs().max() <= float(tone.matrix.abs().sum(2).max()) + 1e-6
    assert x.grad is not None
    assert x.grad.isfinite().all()
    assert invert_tone(bright.detach(), tone).isfinite().all()


def test_black_stays_black_to_the_eye() -> None:
    dark = apply_tone(torch.zeros(1, 3, 1, 1), curve(20, 1.0))
    assert dark.max() < 0.5 / 255


def test_the_identity_changes_nothing_below_the_shoulder() -> None:
    x = picture(0.9)
    torch.testing.assert_close(apply_tone(x, identity_curve(1)), x)


def test_the_order_of_a_curve_is_gain_gamma_matrix() -> None:
    tone = ToneCurve(
        torch.tensor([[2.0, 3.0, 4.0]]).log(),
        torch.tensor([[1.0, 0.5, 2.0]]).log(),
        torch.tensor([[[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.5, 0.0, 0.5]]]),
    )
    x = torch.tensor([0.1, 0.2, 0.15]).view(1, 3, 1, 1)
    r, g, b = 0.2, 0.6**0.5, 0.6**2
    expected = torch.tensor([g, b, (r + b) / 2])
    torch.testing.assert_close(apply_tone(x, tone).flatten(), expected)


def test_brightness_one_is_the_picture_and_zero_is_as_shot() -> None:
    tone, x = STRONG[0], picture(0.1)
    bright = apply_tone(x, tone)
    assert torch.equal(adjust_brightness(bright, tone, 1), bright)
    torch.testing.assert_close(adjust_brightness(bright, tone, 0), x, atol=2e-5, rtol=2e-3)


def test_brightness_between_rises_steadily_and_joins_both_ends() -> None:
    tone, x = curve(6, 0.7, MATRIX), picture(0.3)
    bright = apply_tone(x, tone)
    shares = [0.0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999, 1.0]
    pictures = [adjust_brightness(bright, tone, share).clamp(0, 1) for share in shares]
    means = [float(p.mean()) for p in pictures]
    assert means == sorted(means)
    torch.testing.assert_close(pictures[1], pictures[0], atol=3e-3, rtol=0)
    torch.testing.assert_close(pictures[-2], pictures[-1], atol=3e-3, rtol=0)
    assert all(p.isfinite().all() for p in pictures)


def test_brightness_between_is_a_power_of_a_plain_gain() -> None:
    tone, x = curve(8, 1.0), picture(0.08)
    half = adjust_brightness(apply_tone(x, tone), tone, 0.5)
    gain = tone.log_gain.exp()[..., None, None]
    torch.testing.assert_close(half, x * gain.sqrt())


@pytest.mark.parametrize("brightness", [1e-50, 1e-30, 1e-9])
def test_a_brightness_next_to_nothing_is_as_shot(brightness: float) -> None:
    tone, x = curve(6, 0.7), picture(0.1)
    shown = adjust_brightness(apply_tone(x, tone), tone, brightness)
    torch.testing.assert_close(shown, x, atol=1e-4, rtol=1e-3)


def test_scaled_curves_share_the_way() -> None:
    tone = curve(4, 0.5, MATRIX)
    half = tone.scaled(0.5)
    torch.testing.assert_close(half.log_gain.exp(), tone.log_gain.exp().sqrt())
    torch.testing.assert_close(half.matrix, (torch.eye(3) + tone.matrix) / 2)
    assert torch.equal(tone.scaled(0).matrix, identity_curve(1).matrix)


@torch.no_grad()
@pytest.mark.parametrize("level", [0.01, 0.1, 0.4])
def test_an_untrained_network_brightens_to_a_mean_of_two_fifths(level: float) -> None:
    small = torch.full((1, 3, *THUMBNAIL_SIZE), level)
    tone = ToneNetwork()(small)
    bright = apply_tone(small, tone)
    assert float(bright.mean()) == pytest.approx(0.4 * level / (level + 1e-3), rel=1e-3)
    assert torch.equal(tone.matrix, torch.eye(3)[None])
    assert (tone.log_gamma == 0).all()


@torch.inference_mode()
def test_predicted_curves_are_bounded_and_can_be_undone() -> None:
    torch.manual_seed(1)
    network = ToneNetwork()
    last = network.head[-1]
    assert isinstance(last, torch.nn.Linear)
    torch.nn.init.normal_(last.weight, std=30)
    for x in (
        torch.zeros(1, 3, *THUMBNAIL_SIZE),
        torch.ones(1, 3, 50, 75),
        torch.rand(3, 3, 100, 150),
    ):
        tone = network(x)
        assert tone.log_gain.shape == tone.log_gamma.shape == (len(x), 3)
        assert tone.matrix.shape == (len(x), 3, 3)
        assert tone.log_gain.abs().max() < math.log(0.4 / 1e-3) + 3.001
        assert tone.log_gamma.abs().max() <= 1.5
        assert (tone.matrix - torch.eye(3)).abs().max() <= 0.5
        assert apply_tone(x, tone).isfinite().all()


def test_training_reaches_every_number_of_the_curve() -> None:
    torch.manual_seed(2)
    network = ToneNetwork()
    bright = apply_tone(
        0.1 * torch.rand(2, 3, *THUMBNAIL_SIZE), network(torch.rand(2, 3, *THUMBNAIL_SIZE))
    )
    (bright - torch.rand_like(bright)).square().mean().backward()  # type: ignore[no-untyped-call]
    last = network.head[-1]
    assert isinstance(last, torch.nn.Linear)
    assert last.weight.grad is not None
    assert (last.weight.grad.abs().sum(1) > 0).all()


def test_thumbnails_average_whole_pictures() -> None:
    x = torch.rand(1, 3, 300, 450)
    small = thumbnail(x)
    torch.testing.assert_close(small[..., 7, 11], x[..., 21:24, 33:36].mean((-2, -1)))
    assert thumbnail(torch.rand(1, 3, 5, 3)).shape == (1, 3, *THUMBNAIL_SIZE)


@torch.no_grad()
def test_the_curve_of_an_ensemble_is_the_mean_of_its_members() -> None:
    ensemble = ToneEnsemble(3)
    for index, member in enumerate(ensemble.members):
        assert isinstance(member, ToneNetwork)
        last = member.head[-1]
        assert isinstance(last, torch.nn.Linear)
        last.bias.fill_(0.1 * index)
    x = torch.rand(2, 3, 100, 150) * 0.1
    mean = ensemble(x)
    middle = ensemble.members[1](x)
    assert torch.allclose(mean.log_gain, middle.log_gain, atol=1e-6)
    assert torch.allclose(mean.log_gamma, middle.log_gamma, atol=1e-6)
    each = torch.stack([member(x).matrix for member in ensemble.members])
    assert torch.allclose(mean.matrix, each.mean(0), atol=1e-6)


def test_one_member_is_a_plain_network() -> None:
    assert isinstance(build_tone_network(1), ToneNetwork)
    several = build_tone_network(2)
    assert isinstance(several, ToneEnsemble)
    assert len(several.members) == 2


@torch.no_grad()
def test_bright_pictures_are_spared_and_dark_ones_are_not() -> None:
    """Below a tenth of brightening nothing happens, above half as much again all of it."""
    small = torch.full((1, 3, *THUMBNAIL_SIZE), 0.1)
    for gain in (0.5, 0.9, 1.0):
        spared = fade_if_bright(curve(gain, 1.0), small)
        assert torch.equal(spared.log_gain, torch.zeros(1, 3))
        assert torch.equal(spared.matrix, torch.eye(3)[None])
    strong = curve(3, 0.8, MATRIX)
    kept = fade_if_bright(strong, small)
    assert torch.equal(kept.log_gain, strong.log_gain)
    assert torch.equal(kept.log_gamma, strong.log_gamma)
    assert torch.equal(kept.matrix, strong.matrix)


@torch.no_grad()
def test_between_bright_and_dark_a_curve_grows_steadily() -> None:
    small = torch.full((1, 3, *THUMBNAIL_SIZE), 0.1)
    gains = [1.05, 1.15, 1.25, 1.35, 1.5, 1.7]
    kept = [float(fade_if_bright(curve(g, 1.0), small).log_gain[0, 0]) for g in gains]
    assert all(a < b for a, b in pairwise(kept[1:]))
    assert all(0 <= k <= math.log(g) + 1e-6 for k, g in zip(kept, gains, strict=True))


@torch.no_grad()
def test_each_picture_of_a_batch_is_judged_alone() -> None:
    small = torch.stack([torch.full((3, *THUMBNAIL_SIZE), v) for v in (0.02, 0.4, 0.7)])
    spared = fade_if_bright(ToneNetwork()(small), small)
    assert float(spared.log_gain[0, 0]) > 2
    assert torch.equal(spared.log_gain[1:], torch.zeros(2, 3))


@pytest.mark.parametrize("tone", [*STRONG, identity_curve(1)])
def test_exposure_of_no_stops_changes_nothing(tone: ToneCurve) -> None:
    shown = picture(1.0)
    torch.testing.assert_close(adjust_exposure(shown, tone, 0.0), shown, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("stops", [-2.0, -0.5, 0.5, 1.5])
def test_exposure_scales_the_light_of_what_is_not_near_white(stops: float) -> None:
    shown = picture(0.3, 0.02)
    light = decode_srgb(adjust_exposure(shown, identity_curve(1), stops))
    torch.testing.assert_close(light, 2**stops * decode_srgb(shown), atol=1e-5, rtol=1e-3)


@pytest.mark.parametrize("stops", [-3.0, -1.0, 1.0, 3.0])
def test_exposure_keeps_the_order_of_highlights_and_clips_nothing(stops: float) -> None:
    ramp = torch.linspace(0, 1, 200).view(1, 1, 1, 200).repeat(1, 3, 1, 1)
    exposed = adjust_exposure(ramp, identity_curve(1), stops)
    assert (exposed.diff(dim=-1) > 0).all()
    assert exposed.min() >= 0
    assert exposed.max() <= 1.03
    assert exposed.diff(dim=-1).max() < 10 * 2 ** (abs(stops) / 2) / 200  # errors are not blown up


def test_the_brightening_of_a_curve_is_that_of_middle_grey() -> None:
    grey = torch.full((1, 3, 1, 1), 0.5)
    gain = decode_srgb(grey).mean() / decode_srgb(grey / 4).mean()
    plain = ToneCurve(torch.full((1, 3), math.log(4)), torch.zeros(1, 3), torch.eye(3)[None])
    assert brightening(plain) == pytest.approx(float(gain.log2()), abs=1e-3)
    assert brightening(identity_curve(1)) == pytest.approx(0, abs=1e-3)


def test_srgb_and_light() -> None:
    values = torch.linspace(0, 1.5, 100)
    torch.testing.assert_close(encode_srgb(decode_srgb(values)), values)
    assert decode_srgb(torch.tensor(0.5)) == pytest.approx(0.21404, abs=1e-5)
