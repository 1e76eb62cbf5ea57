"""The losses: their values, and which networks each of them teaches."""

import math
from collections.abc import Callable
from dataclasses import asdict, fields, replace

import pytest
import torch
from torch import Tensor, nn

from llcodec.nerco.discriminators import Discriminators
from llcodec.nerco.dual_loop import Cooperation, DualLoop, Identity, dual_loop
from llcodec.nerco.edges import edges
from llcodec.nerco.loss_weights import NercoLossWeights, paper_loss_weights
from llcodec.nerco.losses import (
    GeneratorLosses,
    consistency_loss,
    cooperative_loss,
    fake_loss,
    generator_losses,
    inspection_loss,
    normalisation_loss,
    perceptual_loss,
    real_loss,
    reconstruction_loss_1,
    reconstruction_loss_2,
    restoration_loss,
    total_loss,
)
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.switches import ABLATION_1, NercoSwitches
from llcodec.nerco.views import View


class Guide:
    """A guide with a frozen projection for either prompt."""

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(9)
        self.weights = torch.randn(2, 3, 4, 4, generator=generator)

    def cosines(self, images: Tensor) -> Tensor:
        small = nn.functional.adaptive_avg_pool2d(images, 4).flatten(1)
        return nn.functional.cosine_similarity(small[:, None], self.weights.flatten(1)[None], -1)


def flat(value: float) -> Tensor:
    return torch.full((1, 3, 32, 32), value)


MADE = Cooperation(
    lightness=flat(0.5),
    pseudo_high=flat(-0.3),
    pseudo_low=flat(-0.1),
    pseudo_low_enhanced=flat(0.6),
    dark_lightness=flat(0.7),
)
LOOP = DualLoop(
    low=flat(-0.8),
    high=flat(0.4),
    normalised=flat(-0.7),
    bright=flat(0.1),
    low_again=flat(-0.5),
    dark=flat(-0.6),
    high_again=flat(0.2),
    cooperation=MADE,
    identity=Identity(low=flat(-0.75), high=flat(0.5)),
)


def test_equation_2() -> None:
    assert float(normalisation_loss(flat(-0.7), flat(-0.8))) == pytest.approx(0.1)


def test_equation_7_in_the_form_of_least_squares() -> None:
    scores = torch.tensor([1.0, 0.0, 0.5])
    assert float(real_loss(scores)) == pytest.approx((0 + 1 + 0.25) / 3)
    assert float(fake_loss(scores)) == pytest.approx((1 + 0 + 0.25) / 3)


def test_equation_10() -> None:
    assert float(consistency_loss(LOOP)) == pytest.approx(0.3 + 0.2)


def test_noise_of_a_camera_need_not_come_back() -> None:
    noise = torch.zeros(1, 3, 32, 32)
    noise[..., ::2, ::2], noise[..., 1::2, 1::2] = 0.1, -0.1
    noisy = replace(LOOP, low=LOOP.low + noise, camera=True)
    assert float(consistency_loss(noisy)) == pytest.approx(0.3 + 0.2)
    kept = replace(noisy, low_again=noisy.low)
    assert float(consistency_loss(kept)) == pytest.approx(0.2)
    gone = replace(noisy, low_again=LOOP.low)
    assert float(consistency_loss(gone)) == pytest.approx(0.2)
    assert float(consistency_loss(replace(gone, camera=False))) > 0.24


def test_equation_11() -> None:
    assert float(reconstruction_loss_1(LOOP, MADE)) == pytest.approx(abs(0.9 - 0.5) + 0.4)


def test_equation_12() -> None:
    expected = abs(0.6 - 0.4) + abs(0.4 + 0.6 - 0.7)
    assert float(reconstruction_loss_2(LOOP, MADE)) == pytest.approx(expected)


@torch.no_grad()
def test_equations_13_and_14(tiny: NercoPreset) -> None:
    discriminators = Discriminators(tiny)
    inspected = float(inspection_loss(MADE, discriminators))
    expected = real_loss(discriminators.d_h(MADE.pseudo_high)) + real_loss(
        discriminators.d_l(MADE.pseudo_low)
    )
    assert inspected == pytest.approx(float(expected))
    whole = float(cooperative_loss(LOOP, MADE, discriminators))
    assert whole == pytest.approx(inspected + 0.8 + 0.5, rel=1e-5)


def test_equation_15_weighs_every_term_by_its_own_weight() -> None:
    names = [f.name for f in fields(GeneratorLosses)]
    losses = GeneratorLosses(*(torch.tensor(10.0**-k) for k in range(len(names))))
    for weights in (NercoLossWeights(), paper_loss_weights()):
        expected = sum(asdict(weights)[name] * 10.0**-k for k, name in enumerate(names))
        assert float(total_loss(losses, weights)) == pytest.approx(expected, rel=1e-5)


def test_restoration_is_a_mean_of_logarithms_besides_the_distance() -> None:
    assert restoration_loss(flat(0.4), flat(0.4)).item() == pytest.approx(0.15 * math.log(1e-4))
    off = restoration_loss(flat(0.6), flat(0.4)).item()
    assert off == pytest.approx(0.1 + 0.15 * math.log(0.01 + 1e-4), abs=1e-5)


def squared(pictures: Tensor, targets: Tensor) -> Tensor:
    return (pictures - targets).square().mean((1, 2, 3))


def test_the_perceptual_loss_is_the_mean_distance_of_pictures_in_0_to_1() -> None:
    made, target = flat(0.4), flat(0.7)
    assert perceptual_loss(squared, made, target).item() == pytest.approx(0.15**2)
    assert perceptual_loss(squared, flat(-3), target).item() == pytest.approx(0.85**2)  # clamped


def test_all_terms_are_there_and_finite(tiny: NercoPreset, low: View, high: View) -> None:
    loop = dual_loop(NercoModel(tiny), low, high, darkening=lambda bright: low)
    weights = replace(NercoLossWeights(), inspected_edges=1.0, perceptual=1.0)
    losses = generator_losses(loop, Discriminators(tiny), Guide(), weights, squared)
    for name, value in vars(losses).items():
        assert value.shape == ()
        assert value.isfinite()
        assert value != 0, name


def test_identity_is_measured_where_it_is_asked_for(tiny: NercoPreset) -> None:
    discriminators = Discriminators(tiny)
    losses = generator_losses(LOOP, discriminators, None, NercoLossWeights())
    assert float(losses.identity) == pytest.approx(0.05 + 0.1)
    without = generator_losses(
        replace(LOOP, identity=None), discriminators, None, NercoLossWeights()
    )
    assert float(without.identity) == float(without.text) == 0


def test_what_is_switched_off_costs_nothing(tiny: NercoPreset, low: View, high: View) -> None:
    loop = dual_loop(NercoModel(tiny, ABLATION_1), low, high)
    discriminators = Discriminators(tiny, ABLATION_1)
    losses = generator_losses(loop, discriminators, None, NercoLossWeights())
    absent = {k for k, v in vars(losses).items() if v == 0}
    assert absent == {
        "normalisation",
        "normalised_adversarial",
        "edges",
        "text",
        "cooperative",
        "inspected_edges",
        "restoration",
        "perceptual",
    }


Gradients = dict[str, float]


@pytest.fixture
def gradients(tiny: NercoPreset, low: View, high: View) -> Callable[..., Gradients]:
    def of(term: str, switches: NercoSwitches | None = None) -> Gradients:
        """Return the largest gradient that one term leaves in each network."""
        model = NercoModel(tiny, switches)
        discriminators = Discriminators(tiny).requires_grad_(False)
        loop = dual_loop(model, low, high, darkening=lambda bright: low)
        weights = replace(NercoLossWeights(), inspected_edges=1.0, perceptual=1.0)
        losses = generator_losses(loop, discriminators, Guide(), weights, squared)
        getattr(losses, term).backward()
        assert all(p.grad is None for p in discriminators.parameters())
        largest = {}
        for name, module in model.named_children():
            grads = [p.grad for p in module.parameters() if p.grad is not None]
            assert all(g.isfinite().all() for g in grads)
            largest[name] = max((float(g.abs().max()) for g in grads), default=0.0)
        assert model.me is not None
        head = [p.grad for p in model.me.to_lightness.parameters() if p.grad is not None]
        largest["lightness"] = max((float(g.abs().max()) for g in head), default=0.0)
        return largest

    return of


NETWORKS = ("nrn", "me", "g_h", "g_l")


@pytest.mark.parametrize(
    ("term", "taught"),
    [
        ("normalisation", {"nrn"}),
        ("normalised_adversarial", {"nrn"}),
        ("adversarial", {"nrn", "me", "g_h", "g_l"}),
        ("edges", {"nrn", "me", "g_h", "g_l"}),
        ("text", {"nrn", "me", "g_h", "g_l"}),
        ("consistency", {"nrn", "me", "g_h", "g_l"}),
        ("identity", {"g_h", "g_l"}),
        ("cooperative", {"nrn", "me", "g_h", "g_l", "lightness"}),
        ("inspected_edges", {"me", "lightness"}),
        ("restoration", {"nrn", "me", "g_h"}),
        ("perceptual", {"nrn", "me", "g_h"}),
    ],
)
def test_each_term_teaches_the_networks_that_it_should(
    gradients: Callable[[str], dict[str, float]], term: str, taught: set[str]
) -> None:
    largest = gradients(term)
    assert {name for name, value in largest.items() if value > 0} == taught


@pytest.mark.parametrize("half", ["low_again", "high_again"])
def test_either_loop_reaches_every_network(
    tiny: NercoPreset, low: View, high: View, half: str
) -> None:
    model = NercoModel(tiny)
    loop = dual_loop(model, low, high)
    wanted = loop.low if half == "low_again" else loop.high
    (getattr(loop, half) - wanted).abs().mean().backward()
    for name in NETWORKS:
        parameters = getattr(model, name).parameters()
        assert any(p.grad is not None and p.grad.abs().max() > 0 for p in parameters), name


def test_the_edge_discriminators_see_edges(tiny: NercoPreset) -> None:
    """The maps of made pictures in what generators pay, as in their own training."""
    discriminators = Discriminators(tiny)
    shown: dict[str, list[Tensor]] = {"d_h": [], "d_l": []}
    for name, seen in shown.items():
        path = getattr(discriminators, name).edge
        path.register_forward_pre_hook(lambda module, given, seen=seen: seen.append(given[0]))
    loop = replace(LOOP, bright=torch.rand(1, 3, 32, 32), dark=torch.rand(1, 3, 32, 32) - 1)
    generator_losses(loop, discriminators, None, NercoLossWeights())
    assert [len(seen) for seen in shown.values()] == [1, 1]
    assert torch.equal(shown["d_h"][0], edges(loop.bright))
    assert torch.equal(shown["d_l"][0], edges(loop.dark))
