"""The windows of TCM's attention."""

import torch

from llcodec.tcm.blocks import WindowAttention


@torch.inference_mode()
def test_windows_attend_to_their_own_places_only() -> None:
    torch.manual_seed(0)
    for shifted, same in ((False, slice(0, 4)), (True, slice(2, 6))):
        attention = WindowAttention(8, 4, 4, shifted)
        x = torch.randn(1, 8, 8, 8)
        other = x.clone()
        other[:, same, same] += 1
        changed = (attention(other) - attention(x)).abs().amax(-1)[0] > 1e-6
        assert changed[same, same].all()
        assert int(changed.sum()) == 16


@torch.inference_mode()
def test_what_wraps_around_stays_apart() -> None:
    torch.manual_seed(0)
    attention = WindowAttention(8, 4, 4, shifted=True)
    x = torch.randn(1, 8, 8, 8)
    other = x.clone()
    other[:, 0, 0] += 1  # a corner, whose window holds all four
    changed = (attention(other) - attention(x)).abs().amax(-1)[0] > 1e-6
    assert changed[:2, :2].all()
    assert int(changed.sum()) == 4
