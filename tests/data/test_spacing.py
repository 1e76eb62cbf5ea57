from itertools import pairwise

import pytest

from llcodec.data.spacing import evenly_spaced


@pytest.mark.parametrize("length", [0, 1, 9, 10, 11, 19, 20, 99])
def test_never_more_than_wanted_and_fewer_only_where_there_are_none(length: int) -> None:
    assert len(evenly_spaced(range(length), 10)) == min(10, length)


def test_steps_between_them_are_equal_to_within_one() -> None:
    chosen = evenly_spaced(range(19), 10)
    assert chosen[0] == 0
    assert {after - before for before, after in pairwise(chosen)} == {1, 2}


def test_all_of_them_in_their_order_where_they_are_few() -> None:
    assert evenly_spaced("abc", 5) == ["a", "b", "c"]
