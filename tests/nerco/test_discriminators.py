from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llcodec.nerco.discriminators import (
    Discriminators,
    PatchDiscriminator,
    TwoPathDiscriminator,
)
from llcodec.nerco.edges import edges
from llcodec.nerco.presets import PAPER
from llcodec.nerco.switches import ABLATION_1


def test_a_score_sees_seventy_pixels() -> None:
    torch.manual_seed(0)
    judge = PatchDiscriminator(4)
    for module in judge.modules():  # it ties all pixels together
        if isinstance(module, nn.Sequential):
            kept = [m for m in module if not isinstance(m, nn.InstanceNorm2d)]
            judge.layers = nn.Sequential(*kept)
    x = torch.rand(1, 3, 128, 128, requires_grad=True)
    scores = judge(x)
    assert scores.shape == (1, 1, 14, 14)
    scores[0, 0, 7, 7].backward()
    assert x.grad is not None
    seen = x.grad[0].abs().sum(0) > 0
    assert seen.any(0).sum() == seen.any(1).sum() == 70


def test_the_edge_path_sees_edges() -> None:
    torch.manual_seed(0)
    judge = Discriminators(replace(PAPER, discriminator_width=4)).d_h
    shown: list[Tensor] = []
    assert judge.edge is not None
    judge.edge.register_forward_pre_hook(lambda module, given: shown.append(given[0]))
    x = 0.2 * torch.rand(1, 3, 64, 64) - 0.8
    score = judge.of_edges(x)
    assert torch.equal(shown[0], edges(x))
    assert score is not None
    lighter = judge.of_edges(x + 0.5)
    torch.testing.assert_close(lighter, score, atol=1e-4, rtol=1e-3)  # whatever the brightness
    assert (judge(x + 0.5) - judge(x)).abs().max() > 1e-4


def test_both_paths_see_pictures_averaged_down() -> None:
    torch.manual_seed(0)
    judge = TwoPathDiscriminator(4, edge_path=True, reduction=2)
    x = torch.rand(1, 3, 128, 96)
    x[..., ::2, ::2] += 0.5
    x[..., 1::2, 1::2] -= 0.5  # noise of single pixels, whose averages are those without it
    smooth = F.avg_pool2d(x, 2).repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert (x - smooth).abs().max() > 0.4
    for path in (judge, judge.of_edges):
        scores = path(x)
        assert scores is not None
        assert scores.shape == (1, 1, 6, 4)
        torch.testing.assert_close(path(smooth), scores)


def test_the_edge_path_can_be_left_out() -> None:
    discriminators = Discriminators(replace(PAPER, discriminator_width=4), ABLATION_1)
    assert discriminators.d_l.edge is None
    assert discriminators.d_l.of_edges(torch.rand(1, 3, 64, 64)) is None


def test_there_are_four_published_networks() -> None:
    with torch.device("meta"):
        discriminators = Discriminators(PAPER)
    for judge in (discriminators.d_h, discriminators.d_l):
        for path in (judge.colour, judge.edge):
            assert path is not None
            assert sum(p.numel() for p in path.parameters()) == 2_764_737
