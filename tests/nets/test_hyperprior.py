import pytest
import torch

from llcodec._bitstream import CONTEXT_KERNEL
from llcodec._causal_context import CodingOrder
from llcodec.entropy.order import coding_order
from llcodec.nets.hyperprior import (
    ContextModel,
    anchor_mask,
    context_mask,
    entropy_parameters,
    hyper_analysis,
    hyper_synthesis,
)

ORDERS: tuple[CodingOrder, ...] = ("checkerboard", "serial")
HEIGHT, WIDTH = 7, 9


def groups(order: CodingOrder) -> dict[tuple[int, int], int]:
    """The number of the group in which each position is coded."""
    return {
        (int(row), int(column)): number
        for number, group in enumerate(coding_order(order, HEIGHT, WIDTH))
        for row, column in zip(group.rows, group.columns, strict=True)
    }


@pytest.mark.parametrize("order", ORDERS)
def test_context_depends_on_nothing_that_is_not_decoded_before(order: CodingOrder) -> None:
    """The gradient of every position's features is zero wherever its group or a later one lies.

    On the checkerboard that holds for the second colour; the first has no context at all.
    """
    torch.manual_seed(1)
    context = ContextModel(3, 4, order)
    number = groups(order)
    assert len(number) == HEIGHT * WIDTH
    reached = set()
    for (row, column), mine in number.items():
        if order == "checkerboard" and mine == 0:
            continue
        y = torch.randn(1, 3, HEIGHT, WIDTH, requires_grad=True)
        context(y)[0, :, row, column].square().sum().backward()
        assert y.grad is not None
        used = (y.grad[0].abs().sum(0) > 0).nonzero().tolist()
        assert all(number[r, c] < mine for r, c in used)
        reached |= {(r - row, c - column) for r, c in used}
    assert len(reached) == 12  # both orders know 12 of the 24 neighbours


def test_serial_mask_is_the_past_of_raster_order() -> None:
    size, middle = CONTEXT_KERNEL, CONTEXT_KERNEL // 2
    past = [r * size + c < middle * size + middle for r in range(size) for c in range(size)]
    assert context_mask("serial").flatten().bool().tolist() == past


def test_the_boards_of_mask_and_anchors_agree() -> None:
    board = anchor_mask(5, 5)[0, 0]
    assert board[0, 0] == 1
    assert torch.equal(context_mask("checkerboard"), 1 - board)
    first = coding_order("checkerboard", 5, 6)[0]
    expected = torch.zeros(5, 6)
    expected[torch.as_tensor(first.rows), torch.as_tensor(first.columns)] = 1
    assert torch.equal(anchor_mask(5, 6)[0, 0], expected)


@pytest.mark.parametrize("order", ORDERS)
def test_without_neighbours_is_the_context_of_nothing(order: CodingOrder) -> None:
    context = ContextModel(3, 4, order)
    nothing = context(torch.zeros(2, 3, 5, 6))
    torch.testing.assert_close(context.without_neighbours(torch.empty(2, 8, 5, 6)), nothing)


def test_the_mask_is_no_weight() -> None:
    assert sorted(ContextModel(3, 4, "serial").state_dict()) == ["bias", "weight"]


def test_hyper_networks_go_down_and_up_by_four() -> None:
    y = torch.randn(2, 6, 8, 12)
    z = hyper_analysis(6, 5, 3)(y)
    assert z.shape == (2, 3, 2, 3)
    assert hyper_synthesis(3, 5, 7)(z).shape == (2, 7, 8, 12)


@pytest.mark.parametrize("hidden", [(), (5,), (8, 6)])
def test_entropy_parameters_see_one_position_at_a_time(hidden: tuple[int, ...]) -> None:
    torch.manual_seed(2)
    network = entropy_parameters(10, hidden, 3)
    features = torch.randn(1, 10, 4, 5)
    out = network(features)
    assert out.shape == (1, 6, 4, 5)
    changed = features.clone()
    changed[..., 2, 3] += 1
    touched = (network(changed) != out).any(1)[0].nonzero().tolist()
    assert touched == [[2, 3]]
