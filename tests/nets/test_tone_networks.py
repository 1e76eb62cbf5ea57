"""Networks that predict tone curves: what they begin with, and that all of it is learned."""

import math

import pytest
import torch

from llcodec._bitstream import TONE_GRID_COLUMNS, TONE_GRID_ROWS
from llcodec.nets.constants import THUMBNAIL_SIZE
from llcodec.nets.local_tone import LocalToneCurve
from llcodec.nets.tone import ToneCurve, apply_tone, fade_if_bright
from llcodec.nets.tone_networks import (
    LocalToneEnsemble,
    LocalToneNetwork,
    ToneEnsemble,
    ToneMember,
    ToneNetwork,
    build_tone_network,
)

KINDS = pytest.mark.parametrize("kind", [ToneNetwork, LocalToneNetwork])


def whole_of(curve: ToneCurve | LocalToneCurve) -> ToneCurve:
    return curve.whole if isinstance(curve, LocalToneCurve) else curve


def last_of(network: ToneMember) -> torch.nn.Linear:
    last = network.head[-1]
    assert isinstance(last, torch.nn.Linear)
    return last


@KINDS
@torch.no_grad()
@pytest.mark.parametrize("level", [0.03, 0.1, 0.4])
def test_an_untrained_network_brightens_to_a_mean_of_two_fifths(
    kind: type[ToneMember], level: float
) -> None:
    small = torch.full((1, 3, *THUMBNAIL_SIZE), level)
    tone = kind()(small)
    # A local curve starts with a small toe.
    assert float(apply_tone(small, tone).mean()) == pytest.approx(0.4, rel=0.05)
    whole = whole_of(tone)
    assert torch.equal(whole.matrix, torch.eye(3)[None])
    assert (whole.log_gamma == 0).all()


@KINDS
@torch.inference_mode()
def test_predicted_curves_are_bounded(kind: type[ToneMember]) -> None:
    torch.manual_seed(1)
    network = kind()
    torch.nn.init.normal_(last_of(network).weight, std=30)
    if isinstance(network, LocalToneNetwork):
        torch.nn.init.normal_(network.grid.weight, std=30)
    for x in (
        torch.zeros(1, 3, *THUMBNAIL_SIZE),
        torch.ones(1, 3, 50, 75),
        torch.rand(3, 3, 100, 150),
    ):
        tone = network(x)
        whole = whole_of(tone)
        assert whole.log_gain.shape == whole.log_gamma.shape == (len(x), 3)
        assert whole.matrix.shape == (len(x), 3, 3)
        assert whole.log_gain.abs().max() < math.log(0.4 / 1e-3) + 3.001
        assert whole.log_gamma.abs().max() <= 1.5
        assert (whole.matrix - torch.eye(3)).abs().max() <= 0.5
        assert apply_tone(x, tone).isfinite().all()
        if isinstance(tone, LocalToneCurve):
            assert tone.grid.shape == (len(x), 1, TONE_GRID_ROWS, TONE_GRID_COLUMNS)
            assert tone.grid.abs().max() <= 4
            assert tone.grid.mean((1, 2, 3)).abs().max() < 1e-5
            assert 0 <= tone.toe.min() <= tone.toe.max() <= 0.3
            assert 0.1 <= tone.knee.min() <= tone.knee.max() <= 0.9


@KINDS
def test_training_reaches_every_number_of_the_curve(kind: type[ToneMember]) -> None:
    torch.manual_seed(2)
    network = kind()
    bright = apply_tone(
        torch.rand(2, 3, *THUMBNAIL_SIZE), network(0.3 * torch.rand(2, 3, *THUMBNAIL_SIZE))
    )
    (bright - torch.rand_like(bright)).square().mean().backward()  # type: ignore[no-untyped-call]
    learned = [last_of(network).weight]
    if isinstance(network, LocalToneNetwork):
        learned.append(network.grid.weight)
    for weight in learned:
        assert weight.grad is not None
        assert (weight.grad.abs().flatten(1).sum(1) > 0).all()


@torch.no_grad()
@pytest.mark.parametrize("kind", [ToneEnsemble, LocalToneEnsemble])
def test_the_curve_of_an_ensemble_is_the_mean_of_its_members(
    kind: type[ToneEnsemble | LocalToneEnsemble],
) -> None:
    ensemble = kind(3)
    members = [m for m in ensemble.members if isinstance(m, ToneMember)]
    assert len(members) == 3
    for index, member in enumerate(members):
        last_of(member).bias.fill_(0.1 * index)
    x = torch.rand(2, 3, 100, 150) * 0.1
    mean, each = ensemble(x), [member(x) for member in members]
    for name in ("log_gain", "log_gamma", "matrix"):
        values = torch.stack([getattr(whole_of(curve), name) for curve in each])
        assert torch.allclose(getattr(whole_of(mean), name), values.mean(0), atol=1e-6)
    if isinstance(mean, LocalToneCurve):
        for name in ("toe", "knee", "grid"):
            values = torch.stack([getattr(curve, name) for curve in each])
            assert torch.allclose(getattr(mean, name), values.mean(0), atol=1e-6)


@pytest.mark.parametrize("local", [False, True])
def test_one_member_is_no_ensemble(local: bool) -> None:
    assert type(build_tone_network(1, local=local)) is (LocalToneNetwork if local else ToneNetwork)
    several = build_tone_network(2, local=local)
    assert isinstance(several, LocalToneEnsemble if local else ToneEnsemble)
    with pytest.raises(ValueError, match="ensemble of 0"):
        build_tone_network(0, local=local)


@KINDS
@torch.no_grad()
def test_each_picture_of_a_batch_is_judged_alone(kind: type[ToneMember]) -> None:
    small = torch.stack([torch.full((3, *THUMBNAIL_SIZE), v) for v in (0.02, 0.4, 0.7)])
    spared = whole_of(fade_if_bright(kind()(small), small))
    assert float(spared.log_gain[0, 0]) > 2
    assert torch.equal(spared.log_gain[1:], torch.zeros(2, 3))
