import pytest
import torch

from llcodec.nets.presets import FAST_2
from measurements.quadtree_context import STEPS, QuadtreeContext, coded_in


def test_every_latent_is_coded_once_and_each_step_has_a_quarter_of_each_place() -> None:
    steps = torch.stack([coded_in(step, 16, 6, 8) for step in range(STEPS)])
    assert (steps.sum(0) == 1).all()
    for step in steps:
        assert (step.sum(0) == 4).all()  # a quarter of the channels at each position


@pytest.mark.parametrize("step", range(STEPS))
def test_a_prediction_depends_on_what_is_decoded_before_it_only(step: int) -> None:
    torch.manual_seed(0)
    context = QuadtreeContext(FAST_2.plain(), features=8, hidden=16)
    y, hyper = 3 * torch.randn(1, 208, 6, 6), torch.randn(1, 160, 6, 6)
    scale, bias = torch.ones(1, 208, 1, 1), [torch.zeros(1, 8, 1, 1)]
    index, mean = context(y, hyper, scale, bias)
    now = [coded_in(number, 208, 6, 6) for number in range(STEPS)]
    later = torch.stack(now[step:]).any(0)
    changed, other_mean = context(torch.where(later, y + 5, y), hyper, scale, bias)
    decided = torch.stack(now[: step + 1]).any(0)
    assert torch.equal(index[:, decided], changed[:, decided])
    assert torch.equal(mean[:, decided], other_mean[:, decided])
    if step + 1 < STEPS:
        assert not torch.equal(index[:, now[step + 1]], changed[:, now[step + 1]])
