import copy
import math
from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from llcodec.nerco.discriminators import Discriminators
from llcodec.nerco.edges import edges
from llcodec.nerco.loss_weights import NercoLossWeights, paper_loss_weights
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.step import NercoStep
from llcodec.nerco.switches import ABLATIONS, NercoSwitches
from llcodec.nerco.views import View

NO_WEIGHTS = NercoLossWeights(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


class Guide:
    """Finds pictures bright by the mean of them."""

    def cosines(self, images: Tensor) -> Tensor:
        mean = images.mean((1, 2, 3)) / 5
        return torch.stack((0.3 - mean, 0.1 + mean), 1)


@pytest.fixture
def make_step(tiny: NercoPreset) -> Callable[..., NercoStep]:
    def make(switches: NercoSwitches | None = None, **settings: object) -> NercoStep:
        torch.manual_seed(5)
        switches = switches or NercoSwitches()
        discriminators = Discriminators(tiny, switches)
        rng = np.random.default_rng(6)
        guided = {"guide": Guide(), **settings}
        return NercoStep(NercoModel(tiny, switches), discriminators, rng, **guided)  # type: ignore[arg-type]

    return make


def moved(before: nn.Module, after: nn.Module) -> set[str]:
    """Return the networks of which a weight has changed."""
    old = before.state_dict()
    return {k.split(".")[0] for k, v in after.state_dict().items() if not torch.equal(v, old[k])}


def test_a_step_updates_all_networks(
    make_step: Callable[..., NercoStep], low: View, high: View
) -> None:
    step = make_step()
    model, discriminators = copy.deepcopy(step.model), copy.deepcopy(step.discriminators)
    losses = asdict(step(low, high))
    assert all(math.isfinite(v) for v in losses.values())
    absent = {k for k, v in losses.items() if v == 0}
    assert absent == {"inspected_edges", "restoration", "perceptual"}
    assert moved(model, step.model) == {"nrn", "me", "g_h", "g_l"}
    assert moved(discriminators, step.discriminators) == {"d_h", "d_l"}
    for before, after in (
        (discriminators.d_h, step.discriminators.d_h),
        (discriminators.d_l, step.discriminators.d_l),
    ):
        assert moved(before, after) == {"colour", "edge"}


def test_the_total_is_the_weighted_sum(
    make_step: Callable[..., NercoStep], low: View, high: View
) -> None:
    weights = paper_loss_weights()
    losses = asdict(make_step(weights=weights)(low, high))
    assert losses["identity"] == losses["normalised_adversarial"] == 0
    expected = sum(value * losses[name] for name, value in asdict(weights).items())
    assert losses["total"] == pytest.approx(expected, rel=1e-5)


def quarter(view: View) -> View:
    """Return a view with a quarter of the light."""
    return view.with_picture((view.picture + 1) / 4 - 1, (view.overview + 1) / 4 - 1)


def test_restoring_moves_what_enhances_and_nothing_else(
    make_step: Callable[..., NercoStep], high: View
) -> None:
    step = make_step(darkening=quarter, weights=replace(NO_WEIGHTS, restoration=1))
    model, discriminators = copy.deepcopy(step.model), copy.deepcopy(step.discriminators)
    first = step.restore(high)
    assert moved(model, step.model) == {"nrn", "me", "g_h"}
    assert moved(discriminators, step.discriminators) == set()
    for _ in range(20):
        last = step.restore(high)
    assert last.restoration < first.restoration
    assert last.total == pytest.approx(last.restoration)
    assert last.d_high == last.adversarial == 0


def test_judging_moves_the_discriminators_and_nothing_else(
    make_step: Callable[..., NercoStep], low: View, high: View
) -> None:
    step = make_step()
    model, discriminators = copy.deepcopy(step.model), copy.deepcopy(step.discriminators)
    losses = step.judge(low, high)
    assert losses.shape == (2,)
    assert losses.isfinite().all()
    assert moved(model, step.model) == set()
    assert moved(discriminators, step.discriminators) == {"d_h", "d_l"}


def test_restoration_is_a_term_of_the_loop_if_it_has_a_weight(
    make_step: Callable[..., NercoStep], low: View, high: View
) -> None:
    step = make_step(darkening=quarter, weights=NercoLossWeights(restoration=1))
    losses = step(low, high)
    assert losses.restoration != 0
    assert make_step(darkening=quarter)(low, high).restoration == 0


def test_a_distance_is_a_term_of_the_start_and_of_the_loop(
    make_step: Callable[..., NercoStep], low: View, high: View
) -> None:
    def squared(pictures: Tensor, targets: Tensor) -> Tensor:
        return (pictures - targets).square().mean((1, 2, 3))

    weights = replace(NO_WEIGHTS, restoration=1, perceptual=100)
    step = make_step(darkening=quarter, weights=weights, distance=squared)
    first = step.restore(high)
    assert first.total == pytest.approx(first.restoration + 100 * first.perceptual)
    for _ in range(20):
        last = step.restore(high)
    assert 0 < last.perceptual < first.perceptual
    losses = step(low, high)
    assert losses.perceptual > 0
    assert losses.total == pytest.approx(losses.restoration + 100 * losses.perceptual)


def test_without_its_weight_a_distance_is_not_used(
    make_step: Callable[..., NercoStep], low: View, high: View
) -> None:
    def distance(pictures: Tensor, targets: Tensor) -> Tensor:
        raise AssertionError

    weights = replace(NO_WEIGHTS, restoration=1)
    step = make_step(darkening=quarter, weights=weights, distance=distance)
    assert step.restore(high).perceptual == 0
    assert step(low, high).perceptual == 0


@pytest.mark.parametrize("missing", ["distance", "restored pictures"])
def test_a_weight_of_the_perceptual_term_needs_all_its_parts(
    make_step: Callable[..., NercoStep], low: View, high: View, missing: str
) -> None:
    parts = {"darkening": quarter} if missing == "distance" else {}
    step = make_step(weights=replace(NO_WEIGHTS, perceptual=1), **parts)
    with pytest.raises(AssertionError, match=f"without a? ?{missing}"):
        step(low, high)


def test_the_text_loss_moves_g_h(
    make_step: Callable[..., NercoStep], low: View, high: View
) -> None:
    """With no other term, what is enhanced comes nearer to its prompt."""
    step = make_step(weights=replace(NO_WEIGHTS, text=1.0), learning_rate=1e-3)
    before = copy.deepcopy(step.model)
    first = step(low, high)
    assert moved(before, step.model) == {"nrn", "me", "g_h", "g_l"}
    for _ in range(3):
        last = step(low, high)
    assert last.text < first.text
    assert step.model(low).mean() > before(low).mean()


def test_without_a_guide_there_is_no_text_loss(
    make_step: Callable[..., NercoStep], low: View, high: View
) -> None:
    step = make_step(guide=None, weights=replace(NO_WEIGHTS, text=1.0))
    before = copy.deepcopy(step.model)
    assert step(low, high).text == 0
    assert not moved(before, step.model)


def test_discriminators_learn_to_tell_made_from_real(
    make_step: Callable[..., NercoStep], low: View, high: View
) -> None:
    step = make_step(weights=NO_WEIGHTS, learning_rate=2e-3)
    losses = [step(low, high) for _ in range(15)]
    assert losses[-1].d_high < 0.7 * losses[0].d_high
    assert losses[-1].d_low < 0.7 * losses[0].d_low


def test_edge_discriminators_are_trained_on_edges(
    make_step: Callable[..., NercoStep], low: View, high: View
) -> None:
    step = make_step()
    shown: list[Tensor] = []
    assert step.discriminators.d_h.edge is not None
    step.discriminators.d_h.edge.register_forward_pre_hook(
        lambda module, given: shown.append(given[0].detach())
    )
    bright = step.model(low)
    step(low, high)
    of_generators, of_judge = shown
    torch.testing.assert_close(of_generators, edges(bright).detach())
    assert torch.equal(of_judge[:1], edges(high.picture))
    torch.testing.assert_close(of_judge[1:], of_generators)


def test_generators_leave_no_gradient_in_discriminators(
    make_step: Callable[..., NercoStep], low: View, high: View
) -> None:
    step = make_step()
    step._update_generators(low, high)
    assert all(p.grad is None and p.requires_grad for p in step.discriminators.parameters())


@pytest.mark.parametrize("number", range(5))
def test_every_ablation_of_the_paper_trains(
    make_step: Callable[..., NercoStep], low: View, high: View, number: int
) -> None:
    switches = ABLATIONS[number]
    step = make_step(switches)
    before = copy.deepcopy(step.model)
    losses = step(low, high)
    assert math.isfinite(losses.total)
    assert (losses.normalisation > 0) == (losses.normalised_adversarial > 0)
    assert (losses.normalisation > 0) == switches.normalisation
    assert (losses.cooperative > 0) == switches.cooperation
    assert (losses.edges > 0) == switches.edges
    assert (losses.text != 0) == switches.text
    assert losses.adversarial > 0
    assert moved(before, step.model) == {name for name, _ in step.model.named_children()}


def test_losses_that_are_no_numbers_change_nothing(
    make_step: Callable[..., NercoStep], low: View, high: View
) -> None:
    step = make_step()
    model, discriminators = copy.deepcopy(step.model), copy.deepcopy(step.discriminators)
    broken = low.with_picture(low.picture * float("nan"), low.overview)
    losses = step(broken, high)
    assert math.isnan(losses.total)
    assert math.isnan(losses.d_high)
    assert not moved(model, step.model)
    assert not moved(discriminators, step.discriminators)
    assert len(step.pools["bright"].state()) == 0
    assert math.isfinite(step(low, high).total)


def test_gradients_that_are_no_numbers_change_nothing(
    make_step: Callable[..., NercoStep], low: View, high: View
) -> None:
    step = make_step()
    before = copy.deepcopy(step.model)
    assert step.model.nrn is not None
    for parameter in step.model.nrn.parameters():
        parameter.register_hook(  # type: ignore[no-untyped-call]
            lambda grad: grad * float("nan")
        )
    losses = step(low, high)
    assert math.isnan(losses.total)
    assert math.isfinite(losses.consistency)
    assert not moved(before, step.model)


def test_gradients_are_clipped_where_asked(
    make_step: Callable[..., NercoStep], low: View, high: View
) -> None:
    step = make_step(clip_norm=1e-3)
    step(low, high)
    for net in (step.model, step.discriminators):
        norms = torch.stack([p.grad.norm() for p in net.parameters() if p.grad is not None])
        assert norms.norm() <= 1.001e-3


def test_a_step_continues_exactly_from_its_state(
    make_step: Callable[..., NercoStep], make_view: Callable[..., View]
) -> None:
    pairs = [(make_view(k, 0.05), make_view(10 + k, 0.5)) for k in range(5)]
    first = make_step()
    for pool in first.pools.values():
        pool.size = 1
    for pair in pairs[:3]:
        first(*pair)
    second = make_step()
    second.model.load_state_dict(first.model.state_dict())
    second.discriminators.load_state_dict(first.discriminators.state_dict())
    for name in ("generator_optimiser", "discriminator_optimiser"):
        state = copy.deepcopy(getattr(first, name).state_dict())
        getattr(second, name).load_state_dict(state)
    for name, pool in second.pools.items():
        pool.size = 1
        pool.restore(first.pools[name].state())
    second.rng.bit_generator.state = first.rng.bit_generator.state
    for pair in pairs[3:]:
        assert first(*pair) == second(*pair)


def test_rates_follow_a_share(make_step: Callable[..., NercoStep]) -> None:
    step = make_step()
    step.set_learning_rate_factor(0.25)
    for optimiser in (step.generator_optimiser, step.discriminator_optimiser):
        assert [group["lr"] for group in optimiser.param_groups] == [5e-5]
        assert optimiser.defaults["betas"] == (0.5, 0.999)


def test_batches_of_several_pictures_train_too(
    make_step: Callable[..., NercoStep], make_view: Callable[..., View]
) -> None:
    step = make_step()
    assert math.isfinite(step(make_view(1, 0.05, batch=2), make_view(2, 0.5, batch=2)).total)
    assert len(step.pools["dark"].state()) == 2
