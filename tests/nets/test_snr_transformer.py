"""The published SNR-aware branch: masking, patches, fusion."""

import math

import pytest
import torch
from torch import Tensor

from llcodec.nets.snr_transformer import (
    MaskedAttention,
    PatchTransformer,
    PublishedSnrBranch,
    token_mask,
)


def attend_explicitly(layer: MaskedAttention, tokens: Tensor, keep: Tensor) -> Tensor:
    """Return what the published softmax over masked scores gives, the whole matrix in memory."""
    q, k, v = layer.qkv(layer.norm(tokens)).chunk(3, -1)
    q, k, v = (t.unflatten(-1, (layer.heads, layer.head_width)).transpose(1, 2) for t in (q, k, v))
    scores = (q @ k.mT / math.sqrt(layer.head_width)).masked_fill(~keep[:, None, None], -1e9)
    mixed = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)
    attended: Tensor = tokens + layer.out(mixed)
    return attended


@pytest.fixture
def layer() -> MaskedAttention:
    torch.manual_seed(1)
    layer = MaskedAttention(32, heads=4, head_width=64)
    with torch.no_grad():
        layer.qkv.weight.mul_(6)  # scores far enough from zero to matter
    return layer


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_attention_is_the_published_softmax(layer: MaskedAttention, share: float) -> None:
    tokens = torch.randn(2, 20, 32)
    keep = torch.arange(20).expand(2, -1) < 20 * share
    expected = attend_explicitly(layer, tokens, keep)
    torch.testing.assert_close(layer(tokens, keep), expected, rtol=1e-4, atol=1e-5)


def test_masked_tokens_are_seen_by_none(layer: MaskedAttention) -> None:
    tokens = torch.randn(1, 12, 32)
    keep = torch.arange(12)[None] < 7
    changed = tokens.clone()
    changed[:, 7:] += torch.randn(1, 5, 32)
    assert torch.equal(layer(tokens, keep)[:, :7], layer(changed, keep)[:, :7])


def test_where_all_keys_are_masked_every_token_gets_the_mean(layer: MaskedAttention) -> None:
    # Scores of ±100 would tear a uniform softmax apart if any were left beside −1e9.
    with torch.no_grad():
        layer.qkv.weight.mul_(10)
    tokens = torch.randn(1, 12, 32)
    added = layer(tokens, torch.zeros(1, 12, dtype=torch.bool)) - tokens
    value = layer.qkv(layer.norm(tokens)).chunk(3, -1)[2]
    expected = layer.out(value.mean(1, keepdim=True)).expand_as(added)
    torch.testing.assert_close(added, expected, rtol=1e-3, atol=1e-4)


def test_pictures_of_a_batch_are_masked_apart(layer: MaskedAttention) -> None:
    tokens = torch.randn(2, 9, 32)
    keep = torch.stack((torch.arange(9) < 4, torch.zeros(9, dtype=torch.bool)))
    apart = [layer(tokens[i : i + 1], keep[i : i + 1]) for i in range(2)]
    torch.testing.assert_close(layer(tokens, keep), torch.cat(apart))


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_lower_precision_stays_finite(layer: MaskedAttention, kind: torch.dtype) -> None:
    tokens = torch.randn(1, 6, 32, dtype=kind)
    assert layer.to(kind)(tokens, torch.zeros(1, 6, dtype=torch.bool)).isfinite().all()


def test_tokens_are_kept_above_a_mean_of_one_half() -> None:
    m = torch.zeros(1, 1, 8, 8)
    m[..., :4, :4] = 0.5
    m[..., :4, 4:] = 0.51
    m[..., 4:, :4] = torch.tensor([1.0, 0.0]).repeat(2)  # a mean of 0.5 again
    m[..., 4:, 4:] = 1.0
    assert token_mask(m).tolist() == [[False, True, False, True]]


def test_a_token_is_a_patch_of_four_by_four() -> None:
    """Without attention (nothing is passed on) a patch must not see its neighbours."""
    torch.manual_seed(2)
    transformer = PatchTransformer(2)
    for layer in transformer.attention:
        assert isinstance(layer, MaskedAttention)
        torch.nn.init.zeros_(layer.out.weight)
    x = torch.randn(1, 2, 8, 12)
    m = torch.ones(1, 1, 8, 12)
    changed = x.clone()
    changed[..., 4:8, 4:8] += 1
    touched = (transformer(x, m) != transformer(changed, m)).any(1)[0]
    assert touched[4:8, 4:8].all()
    assert touched.sum() == 16


@pytest.mark.parametrize(("height", "width"), [(3, 5), (4, 7), (9, 8)])
def test_any_size_goes_through_as_if_padded(height: int, width: int) -> None:
    torch.manual_seed(3)
    transformer = PatchTransformer(2)
    x, m = torch.randn(1, 2, height, width), torch.rand(1, 1, height, width)
    pad = (0, -width % 4, 0, -height % 4)
    wide, wide_m = (torch.nn.functional.pad(t, pad, mode="replicate") for t in (x, m))
    out = transformer(x, m)
    assert out.shape == x.shape
    torch.testing.assert_close(out, transformer(wide, wide_m)[..., :height, :width])


def test_fusion_takes_local_features_where_the_snr_is_high() -> None:
    torch.manual_seed(4)
    branch = PublishedSnrBranch(6, 4, 2)
    y = torch.randn(1, 6, 8, 8)
    snr = torch.zeros(1, 1, 32, 32)
    snr[..., :16] = 1
    # Only the top left pixel of each block of the map counts.
    snr[..., 1::4, :] = 0.3
    m = torch.zeros(1, 1, 8, 8)
    m[..., :4] = 1
    local, far = branch.local(y), branch.transformer(branch.front(y), m)
    out = branch(y, snr)
    torch.testing.assert_close(out[..., :4], local[..., :4])
    torch.testing.assert_close(out[..., 4:], far[..., 4:])


def test_the_number_of_local_blocks_is_a_matter_of_the_stage() -> None:
    assert len(PublishedSnrBranch(6, 4, 2).local) == 3
    assert len(PublishedSnrBranch(6, 4, 1).local) == 2
