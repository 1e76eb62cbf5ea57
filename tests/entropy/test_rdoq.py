import numpy as np
import pytest
from numpy.typing import NDArray

from llcodec._bitstream import SCALE_LEVELS, TABLE_TOTAL
from llcodec.codec.models import load_model
from llcodec.entropy.rans import CoderTable
from llcodec.entropy.rdoq import LAMBDA, bit_savings, rdo_quantise
from llcodec.entropy.tables import Table

Saved = NDArray[np.float64]


@pytest.fixture(scope="module")
def tables() -> tuple[CoderTable, ...]:
    return tuple(load_model("fast").coder().scale_tables)


@pytest.fixture(scope="module")
def saved(tables: tuple[CoderTable, ...]) -> Saved:
    return bit_savings(tables)


def bits(table: CoderTable, symbol: int) -> float:
    at = symbol - table.first
    return float(table.bits[at]) if 0 <= at < table.escape else float(table.bits[table.escape]) + 16


def test_bits_are_those_of_the_tables(tables: tuple[CoderTable, ...], saved: Saved) -> None:
    assert saved.shape[0] == SCALE_LEVELS
    for level in (1, 20, 63):
        for n in (0, 1, 5):
            expected = bits(tables[level], n + 1) - bits(tables[level], n)
            assert float(saved[level, n]) == pytest.approx(expected)


def test_the_cheaper_of_two_symbols_is_taken(tables: tuple[CoderTable, ...], saved: Saved) -> None:
    """Against the costs of all symbols near, written out one by one."""
    rng = np.random.default_rng(0)
    exact = rng.uniform(-6, 6, (SCALE_LEVELS, 200))
    index = np.broadcast_to(np.arange(SCALE_LEVELS)[:, None], exact.shape)
    chosen = rdo_quantise(exact, index, saved)
    for level in range(1, SCALE_LEVELS, 7):
        for x, symbol in zip(exact[level].tolist(), chosen[level].tolist(), strict=True):
            sign, near = (1 if x > 0 else -1), round(abs(x))
            costs = {
                sign * n: (abs(x) - n) ** 2 + LAMBDA * bits(tables[level], n)
                for n in {near, max(0, near - 1)}
            }
            assert costs[int(symbol)] == pytest.approx(min(costs.values()))


def test_rare_symbols_are_left_out_where_little_is_lost(saved: Saved) -> None:
    exact = np.array([[0.51, 0.95], [0.51, 0.95]])
    rare, usual = [5, 5], [63, 63]
    chosen = rdo_quantise(exact, np.array([rare, usual]), saved)
    assert chosen.tolist() == [[0, 1], [1, 1]]


def test_signs_mirror(saved: Saved) -> None:
    exact = np.linspace(0, 40, 300)
    index = np.full(300, 30)
    mirrored = -rdo_quantise(-exact, index, saved)
    assert np.array_equal(mirrored, rdo_quantise(exact, index, saved))


def test_large_symbols_stay_the_nearest(saved: Saved) -> None:
    exact = np.array([[33.4, 31_000.2, -500.6]])
    chosen = rdo_quantise(exact, np.ones((1, 3), np.int64), saved)
    assert chosen.tolist() == [[33, 31_000, -501]]


def test_any_table_of_a_weight_file_has_its_bits() -> None:
    """One without a symbol for nothing codes that as an escape."""
    table = CoderTable.of(
        Table(3, np.array([TABLE_TOTAL // 2, TABLE_TOTAL // 4, TABLE_TOTAL // 4]))
    )
    saved = bit_savings([table])
    assert np.isfinite(saved).all()
    assert float(saved[0, 2]) == pytest.approx(bits(table, 3) - bits(table, 2))
