from collections.abc import Callable
from dataclasses import replace

import torch
from torch import nn

from llcodec.nerco.mask_extractor import CollaborativeAttention, MaskExtractor
from llcodec.nerco.presets import PAPER, NercoPreset
from llcodec.nerco.views import View


def test_masks_have_their_shapes_and_ranges(
    tiny: NercoPreset, make_view: Callable[..., View]
) -> None:
    me = MaskExtractor(tiny)
    mask = me(make_view(1, batch=2))
    assert mask.attention.shape == (2, 1, 32, 32)
    assert mask.lightness.shape == (2, 3, 32, 32)
    assert 0 < mask.attention.min() <= mask.attention.max() < 1
    assert mask.lightness.abs().max() < 1


def test_attention_is_the_sigmoid_of_mean_and_maximum_of_weighted_channels() -> None:
    torch.manual_seed(0)
    cam = CollaborativeAttention(32, nn.Conv2d(2, 1, 7, bias=False))
    features = torch.randn(2, 32, 9, 9)
    pooled = torch.cat((features.mean((2, 3)), features.amax((2, 3))), 1)
    first, _, second, third = cam.weigh
    assert isinstance(first, nn.Conv2d)
    assert first.weight.shape[0] == 4  # the bottleneck
    w = [layer.weight.flatten(1) for layer in (first, second, third)]  # type: ignore[operator]
    weights = (pooled @ w[0].T).relu() @ w[1].T @ w[2].T  # no sigmoid here
    weighted = features * weights[..., None, None]
    planes = torch.stack((weighted.mean(1), weighted.amax(1)), 1)
    torch.testing.assert_close(cam(features, features), cam.to_map(planes).sigmoid())


def test_channels_are_weighted_by_the_whole_picture() -> None:
    torch.manual_seed(0)
    cam = CollaborativeAttention(8, nn.Conv2d(2, 1, 1, bias=False))
    features, other = torch.randn(2, 1, 8, 5, 5)
    assert (cam(features, features) - cam(features, other)).abs().max() > 1e-4


def test_compact_takes_what_is_global_from_the_overview(
    compact: NercoPreset, make_view: Callable[..., View]
) -> None:
    me = MaskExtractor(compact)
    one, other = make_view(1), make_view(2, 0.3)
    changed = replace(one, overview=other.overview)
    assert (me(one).attention - me(changed).attention).abs().max() > 1e-4


def test_compact_weighs_places_by_attention_relative_to_the_whole(
    compact: NercoPreset, low: View
) -> None:
    """The level of I_A alone changes nothing, as under the published normalisation."""
    me, small = MaskExtractor(compact), low.of_overview()
    mask = me(small)
    torch.testing.assert_close(mask.weights.mean(), torch.tensor(1.0))
    assert mask.weights.std() > 0
    ratio = me(low).weights / me(low).attention
    torch.testing.assert_close(ratio, ratio[..., :1, :1].expand_as(ratio))


def test_paper_weighs_places_by_attention(make_view: Callable[..., View]) -> None:
    me = MaskExtractor(replace(PAPER, mask_width=4))
    mask = me(make_view(1))
    assert mask.weights is mask.attention


def test_training_reaches_every_weight_that_it_should(tiny: NercoPreset, low: View) -> None:
    me = MaskExtractor(tiny)
    mask = me(low)
    (mask.attention.square().mean() + (mask.lightness - 0.5).square().mean()).backward()
    for name, parameter in me.named_parameters():
        assert parameter.grad is not None, name
        if parameter.ndim > 1:
            assert parameter.grad.abs().max() > 0, name
