"""Coding order: every latent once, and never a neighbour that is not decoded yet."""

import numpy as np
import pytest
import torch

from llcodec._causal_context import CodingOrder, context_taps
from llcodec.entropy.order import coding_order, gather_neighbours

SIZES = [(1, 1), (1, 7), (5, 1), (2, 2), (6, 9), (13, 4)]


@pytest.mark.parametrize("order", ["checkerboard", "serial"])
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_every_position_comes_once(order: CodingOrder, height: int, width: int) -> None:
    seen = np.zeros((height, width))
    for group in coding_order(order, height, width):
        seen[group.rows, group.columns] += 1
    assert (seen == 1).all()


@pytest.mark.parametrize("order", ["checkerboard", "serial"])
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_context_is_decoded_before_it_is_used(order: CodingOrder, height: int, width: int) -> None:
    turn = np.full((height, width), -1)
    groups = coding_order(order, height, width)
    for number, group in enumerate(groups):
        turn[group.rows, group.columns] = number
    for number, group in enumerate(groups):
        for row, column in zip(group.rows.tolist(), group.columns.tolist(), strict=True):
            for r, c in context_taps(order):
                inside = 0 <= row + r < height and 0 <= column + c < width
                if order == "serial" and inside:
                    assert turn[row + r, column + c] < number
                elif inside:  # checkerboard: what is not decoded yet counts as zero
                    assert turn[row + r, column + c] == 1 - number


def test_number_of_groups() -> None:
    assert len(coding_order("checkerboard", 32, 60)) == 2
    assert len(coding_order("serial", 32, 60)) == 60 + 3 * 31


@pytest.mark.parametrize("order", ["checkerboard", "serial"])
def test_gathering_equals_a_masked_convolution(order: CodingOrder) -> None:
    plane = torch.randn(5, 6, 7, dtype=torch.float64, generator=torch.manual_seed(0))
    channels, taps = slice(1, 4), context_taps(order)
    weight = torch.randn(4, 3, 5, 5, dtype=torch.float64)
    mask = torch.zeros(5, 5, dtype=torch.float64)
    for r, c in taps:
        mask[r + 2, c + 2] = 1
    seen = plane[None, channels]
    dense = torch.nn.functional.conv2d(seen, weight * mask, padding=2)[0].numpy()
    by_tap = torch.stack([weight[:, :, r + 2, c + 2] for r, c in taps], 1).flatten(1).numpy()
    padded = np.pad(np.moveaxis(plane.numpy(), 0, -1), ((2, 2), (2, 2), (0, 0)))
    for group in coding_order(order, 6, 7):
        mine = gather_neighbours(padded, channels, group, taps) @ by_tap.T
        np.testing.assert_allclose(mine.T, dense[:, group.rows, group.columns])


def test_chunks_keep_order_and_are_small() -> None:
    (group, _) = coding_order("checkerboard", 9, 9)
    parts = list(group.chunks(10))
    assert max(len(p.rows) for p in parts) == 10
    assert np.array_equal(np.concatenate([p.rows for p in parts]), group.rows)
    assert np.array_equal(np.concatenate([p.columns for p in parts]), group.columns)
