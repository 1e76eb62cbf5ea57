"""rANS streams, held against a decoder written from the format's specification alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llcodec.entropy.rans import SYMBOL_LIMIT, CoderTable, StreamReader, StreamWriter
from llcodec.entropy.tables import Table, table_from_probabilities
from llcodec.errors import CorruptError

TABLES = [
    table_from_probabilities(-40, np.exp(-(np.arange(-40, 41) ** 2) / 50.0) / 12.6),
    table_from_probabilities(-1, np.array([0.01, 0.97, 0.01])),
    table_from_probabilities(3, np.array([1.0])),
]
CODED = [CoderTable.of(table) for table in TABLES]


class ReferenceReader:
    """docs/format.md, "Tile streams", in plain Python integers."""

    def __init__(self, stream: bytes) -> None:
        self.words = np.frombuffer(stream, "<u4").tolist()
        self.state = 0
        for _ in range(2):
            if self.words:
                self.state = self.state << 32 | self.words.pop()

    def pop(self, cumulative: list[int]) -> int:
        quantile = self.state % 2**24
        index = next(i for i in range(len(cumulative)) if cumulative[i + 1] > quantile)
        frequency = cumulative[index + 1] - cumulative[index]
        self.state = (self.state >> 24) * frequency + quantile - cumulative[index]
        if self.state < 2**32 and self.words:
            self.state = self.state << 32 | self.words.pop()
        return index

    def take(self, count: int, table: Table) -> list[int]:
        cumulative = [0, *np.cumsum(table.frequencies).tolist()]
        indices = [self.pop(cumulative) for _ in range(count)]
        uniform = [i * 2**8 for i in range(2**16 + 1)]
        values = []
        for index in indices:
            values.append(None if index == table.escape else index + table.first)
        return [self.pop_uniform(uniform) if v is None else v for v in values]

    def pop_uniform(self, cumulative: list[int]) -> int:
        quantile = self.state % 2**24
        index = quantile >> 8
        self.state = (self.state >> 24) * 2**8 + quantile - cumulative[index]
        if self.state < 2**32 and self.words:
            self.state = self.state << 32 | self.words.pop()
        return index - 2**15


def write(runs: list[tuple[list[int], int]]) -> bytes:
    writer = StreamWriter()
    for symbols, number in runs:
        writer.put(np.array(symbols, np.int32), CODED[number])
    return writer.finish()


RUNS = st.lists(
    st.tuples(
        st.lists(
            st.one_of(st.integers(-45, 45), st.integers(-SYMBOL_LIMIT, SYMBOL_LIMIT)), max_size=50
        ),
        st.integers(0, len(TABLES) - 1),
    ),
    max_size=8,
)


@given(RUNS)
@settings(max_examples=60, deadline=None)
def test_what_is_put_is_taken_and_the_specification_agrees(
    runs: list[tuple[list[int], int]],
) -> None:
    stream = write(runs)
    reader, reference = StreamReader(stream), ReferenceReader(stream)
    for symbols, number in runs:
        assert reader.take(len(symbols), CODED[number]).tolist() == symbols
        assert reference.take(len(symbols), TABLES[number]) == symbols
    reader.finish()


def test_length_is_near_the_entropy() -> None:
    rng = np.random.default_rng(0)
    p = TABLES[0].frequencies / TABLES[0].frequencies.sum()
    symbols = rng.choice(len(p) - 1, 20_000, p=p[:-1] / p[:-1].sum()) - 40
    bits = -np.log2(p[symbols + 40]).sum()
    assert bits / 8 <= len(write([(symbols.tolist(), 0)])) <= bits / 8 + 12


def test_an_empty_stream_holds_nothing() -> None:
    assert write([]) == b""
    StreamReader(b"").finish()


@given(st.binary(max_size=400), st.integers(0, 5000))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_safe(stream: bytes, count: int) -> None:
    try:
        reader = StreamReader(stream)
    except CorruptError:
        return
    symbols = reader.take(count, CODED[0])
    assert len(symbols) == count
    assert int(np.abs(symbols.astype(np.int64)).max(initial=0)) <= 2**15


def test_what_is_left_over_is_noticed() -> None:
    stream = write([([1, 2, 3] * 200, 0)])
    reader = StreamReader(stream)
    reader.take(10, CODED[0])
    with pytest.raises(CorruptError):
        reader.finish()


@pytest.mark.parametrize("stream", [b"\x01", b"\x01\x02\x03\x04\x05", bytes(4)])
def test_impossible_streams_are_refused(stream: bytes) -> None:
    with pytest.raises(CorruptError):
        StreamReader(stream)
