"""rANS streams of symbols over integer tables (the coder is the constriction library's).

The coder is a stack: the last symbol pushed is the first one read. :class:`StreamWriter` therefore
collects all runs and pushes them in reverse at the end, so that writing and reading happen in the
same order.

State 64 bits, words 32 bits, precision 24 bits. constriction turns real probabilities p into
frequencies ⌊cumulated p · (2^24 − n) / Σp⌋ + i; given the frequencies minus one, which are integers
and sum to 2^24 − n, that reproduces the integer tables exactly.
"""

from dataclasses import dataclass

import constriction
import numpy as np
from numpy.typing import NDArray

from llcodec._bitstream import ESCAPE_BITS, ESCAPE_OFFSET, TABLE_BITS, WORD_BYTES
from llcodec.entropy.tables import Table
from llcodec.errors import CorruptError

Symbols = NDArray[np.int32]
SYMBOL_LIMIT = ESCAPE_OFFSET - 1  # symbols are within ± this
_WORD = np.dtype(f"<u{WORD_BYTES}")
_ESCAPES = constriction.stream.model.Uniform(2**ESCAPE_BITS)


@dataclass(frozen=True)
class CoderTable:
    """A table in the coder's own form, and the bits that each index takes."""

    first: int
    escape: int
    model: constriction.stream.model.Categorical
    bits: NDArray[np.float64]

    @classmethod
    def of(cls, table: Table) -> "CoderTable":
        """Return ``table`` for the coder."""
        probabilities = (table.frequencies - 1).astype(np.float64)
        model = constriction.stream.model.Categorical(probabilities, lazy=False, perfect=False)
        bits = TABLE_BITS - np.log2(table.frequencies.astype(np.float64))
        return cls(table.first, table.escape, model, bits)


class StreamWriter:
    """Collects runs of symbols, each run under one table, and makes the stream of them."""

    def __init__(self) -> None:
        self._runs: list[tuple[NDArray[np.int32], object]] = []

    def put(self, symbols: Symbols, table: CoderTable) -> None:
        """Append a run of symbols within ±``SYMBOL_LIMIT``."""
        indices = symbols - np.int32(table.first)
        outside = (indices < 0) | (indices >= table.escape)
        self._runs.append((np.where(outside, table.escape, indices).astype(np.int32), table.model))
        if outside.any():
            self._runs.append(((symbols[outside] + ESCAPE_OFFSET).astype(np.int32), _ESCAPES))

    def finish(self) -> bytes:
        """Return the stream, a multiple of four bytes."""
        coder = constriction.stream.stack.AnsCoder()
        for symbols, model in reversed(self._runs):
            coder.encode_reverse(symbols, model)
        return bytes(coder.get_compressed().astype(_WORD).tobytes())


class StreamReader:
    """Reads runs of symbols in the order in which they were written. Safe for any bytes."""

    def __init__(self, stream: bytes) -> None:
        if len(stream) % _WORD.itemsize:
            raise CorruptError("a tile's stream is not a whole number of words")
        words = np.frombuffer(stream, _WORD).astype(np.uint32)
        if len(words) and words[-1] == 0:
            raise CorruptError("a tile's stream ends in an empty word")
        self._coder = constriction.stream.stack.AnsCoder(words)

    def take(self, count: int, table: CoderTable) -> Symbols:
        """Return the next ``count`` symbols, which were put under ``table``."""
        symbols: Symbols = self._coder.decode(table.model, count)
        outside = symbols == table.escape
        symbols = symbols + np.int32(table.first)
        escaped = int(outside.sum())
        if escaped:
            symbols[outside] = self._coder.decode(_ESCAPES, escaped) - np.int32(ESCAPE_OFFSET)
        return symbols

    def finish(self) -> None:
        """Raise CorruptError unless the whole stream has been read, and no more than it."""
        if not self._coder.is_empty():
            raise CorruptError("a tile's stream does not end where its symbols do")
