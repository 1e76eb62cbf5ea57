import pytest
import torch

from llcodec.nets.attention import PooledAttention, SnrBranch
from llcodec.nets.grid import MAX_TOKENS

SIZES = [(1, 1), (1, 5), (3, 2), (7, 33), (64, 48)]


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_shapes_for_any_size(height: int, width: int) -> None:
    branch = SnrBranch(6, 8)
    out = branch(torch.randn(2, 6, height, width), torch.rand(2, 1, 4 * height, 4 * width))
    assert out.shape == (2, 8, height, width)
    assert out.isfinite().all()


@pytest.mark.parametrize(
    ("height", "width"), [(130, 130), (500, 400), (2000, 3000), (8, 1900), (9000, 2), (1, 20_000)]
)
def test_there_are_never_more_than_the_allowed_tokens(height: int, width: int) -> None:
    """Counted where they are: at the input of the keys, queries and values."""
    attention = PooledAttention(4)
    seen: list[int] = []
    attention.qkv.register_forward_hook(lambda layer, given, out: seen.append(given[0].shape[1]))
    with torch.inference_mode():
        attention(torch.zeros(1, 4, height, width), torch.ones(1, 1, height, width))
    assert 1 <= seen[0] <= MAX_TOKENS


def test_large_squares_use_most_of_the_allowed_tokens() -> None:
    attention = PooledAttention(4)
    seen: list[int] = []
    attention.qkv.register_forward_hook(lambda layer, given, out: seen.append(given[0].shape[1]))
    with torch.inference_mode():
        attention(torch.zeros(1, 4, 300, 300), torch.ones(1, 1, 300, 300))
    assert seen[0] > MAX_TOKENS * 0.9


def influence(attention: PooledAttention, snr_of_the_changed: float) -> float:
    """How far a change in the left half is felt in the right half."""
    torch.manual_seed(4)
    x = torch.randn(1, 8, 16, 32)
    snr = torch.full((1, 1, 16, 32), 0.8)
    snr[..., :16] = snr_of_the_changed
    changed = x.clone()
    changed[..., :16] += torch.randn(1, 8, 16, 16)
    return float((attention(x, snr) - attention(changed, snr))[..., 20:].abs().mean())


@torch.inference_mode()
def test_keys_of_a_low_snr_weigh_less() -> None:
    torch.manual_seed(2)
    attention = PooledAttention(8)
    assert 0 < influence(attention, 0.0) < 0.3 * influence(attention, 0.8)


@torch.inference_mode()
def test_the_map_chooses_between_near_and_far() -> None:
    """Where the SNR is one, features are local; where it is zero, the whole picture takes part."""
    torch.manual_seed(3)
    branch = SnrBranch(4, 8)
    y = torch.randn(1, 4, 24, 24)
    far_away = y.clone()
    far_away[..., :4, :4] += 3
    high, low = torch.ones(1, 1, 24, 24), torch.zeros(1, 1, 24, 24)
    corner = (..., slice(20, None), slice(20, None))
    assert torch.equal(branch(y, high)[corner], branch(far_away, high)[corner])
    assert not torch.equal(branch(y, low)[corner], branch(far_away, low)[corner])


def test_gradients_reach_every_parameter() -> None:
    branch = SnrBranch(4, 8)
    branch(torch.randn(1, 4, 12, 12), torch.rand(1, 1, 24, 24)).square().sum().backward()
    silent = [n for n, p in branch.named_parameters() if p.grad is None or not p.grad.any()]
    assert silent == []
