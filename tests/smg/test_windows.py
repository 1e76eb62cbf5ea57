"""Windows of attention: what a place can see."""

import pytest
import torch

from llcodec.smg.windows import Block

SIDES = (16, 24)


@pytest.mark.parametrize(("shift", "seen"), [(0, (slice(0, 8), slice(8, 16))), (4, None)])
@torch.inference_mode()
def test_a_place_sees_its_window(shift: int, seen: tuple[slice, slice] | None) -> None:
    torch.manual_seed(0)
    block = Block(8, 2, 8, shift).eval()
    for parameter in block.mlp.linear2.parameters():
        parameter.zero_()  # the convolution looks further than the window
    x = torch.randn(1, *SIDES, 8)
    moved = x.clone()
    moved[0, 0, 12] = torch.randn(8)  # one place in the top row
    changed = (block(moved) - block(x)).abs().amax(-1)[0] > 1e-7
    expected = torch.zeros(SIDES, dtype=torch.bool)
    if seen is not None:
        expected[seen] = True
    else:
        expected[:4, 12:20] = True  # the rest of the wrapped window is kept apart
    assert (changed == expected).all()


def test_windows_come_back_as_the_picture() -> None:
    block = Block(4, 2, 4, 2)
    x = torch.randn(2, 8, 12, 4)
    windows = block._windows(x)
    assert windows.shape == (2 * 2 * 3, 16, 4)
    assert (windows[1].reshape(4, 4, 4) == x[0, :4, 4:8]).all()
    assert (block._picture(windows, 8, 12) == x).all()
