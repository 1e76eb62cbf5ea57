"""How long coding takes; where a run was kept, how long it took when it was made."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

from llcodec.bench.codecs.codec import BenchCodec
from llcodec.bench.conditions import Conditions
from llcodec.data.pairs import Pixels

Value = TypeVar("Value")


@dataclass(frozen=True)
class Timed(Generic[Value]):
    """A value and the seconds of wall time that making it took.

    ``conditions`` are those under which it was made; None for those of here and now.
    """

    value: Value
    seconds: float
    conditions: Conditions | None = None


@runtime_checkable
class TimesItself(Protocol):
    """A codec that knows its times better than a clock around it does."""

    def encode_timed(self, pixels: Pixels, quality: float) -> Timed[bytes]:
        """Return a file, and the seconds that it took."""
        ...

    def decode_timed(self, data: bytes) -> Timed[Pixels]:
        """Return a picture, and the seconds that it took."""
        ...


def timed(make: Callable[[], Value]) -> Timed[Value]:
    """Return what ``make`` makes, and the seconds that it took."""
    start = time.perf_counter()
    value = make()
    return Timed(value, time.perf_counter() - start)


def encode_timed(codec: BenchCodec, pixels: Pixels, quality: float) -> Timed[bytes]:
    """Return the file of a picture, and the seconds that it took. Raises as ``encode`` does."""
    if isinstance(codec, TimesItself):
        return codec.encode_timed(pixels, quality)
    return timed(lambda: codec.encode(pixels, quality))


def decode_timed(codec: BenchCodec, data: bytes) -> Timed[Pixels]:
    """Return the picture of a file, and the seconds that it took. Raises as ``decode`` does."""
    if isinstance(codec, TimesItself):
        return codec.decode_timed(data)
    return timed(lambda: codec.decode(data))
