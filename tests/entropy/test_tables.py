"""Integer probability tables."""

import numpy as np
import pytest

from llcodec._bitstream import TABLE_TOTAL
from llcodec.entropy.tables import Table, pack_tables, table_from_probabilities, unpack_tables
from llcodec.errors import BrokenModelError


@pytest.mark.parametrize(
    "probabilities", [[1.0], [0.5, 0.5], [1e-12, 0.9, 1e-12], [0.0, 0.3, 0.1], [1e-3] * 900]
)
def test_frequencies_are_positive_and_sum_up(probabilities: list[float]) -> None:
    table = table_from_probabilities(-1, np.array(probabilities))
    table.check("a table")
    assert len(table.frequencies) == len(probabilities) + 1
    assert int(table.frequencies.sum()) == TABLE_TOTAL


def test_frequencies_follow_the_probabilities() -> None:
    table = table_from_probabilities(0, np.array([0.5, 0.25, 0.125]))
    assert np.allclose(table.frequencies / TABLE_TOTAL, [0.5, 0.25, 0.125, 0.125], atol=1e-6)


def test_pack_and_unpack_are_inverse() -> None:
    tables = [
        table_from_probabilities(-3, np.array([0.2, 0.5, 0.1])),
        table_from_probabilities(0, np.array([0.9])),
    ]
    back = unpack_tables(pack_tables(tables), "test")
    for mine, theirs in zip(tables, back, strict=True):
        assert mine.first == theirs.first
        assert np.array_equal(mine.frequencies, theirs.frequencies)


@pytest.mark.parametrize(
    "frequencies",
    [
        [TABLE_TOTAL],
        [0, TABLE_TOTAL],
        [5, 5],
        [TABLE_TOTAL + 5, -5],
        [TABLE_TOTAL // 2, TABLE_TOTAL // 2 + 1],
    ],
)
def test_check_refuses_wrong_frequencies(frequencies: list[int]) -> None:
    with pytest.raises(BrokenModelError):
        Table(0, np.array(frequencies, np.int64)).check("a table")


def test_unpack_refuses_wrong_lengths() -> None:
    arrays = pack_tables([table_from_probabilities(0, np.array([0.9]))])
    arrays["lengths"] = arrays["lengths"] + 1
    with pytest.raises(BrokenModelError):
        unpack_tables(arrays, "test")
