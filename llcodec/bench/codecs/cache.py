"""Time the runs of codecs, and cache those of slow ones on disk."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import numpy as np
from PIL import Image

from llcodec._arrays import Pixels
from llcodec._disk_cache import DiskCache, cache_key
from llcodec.bench.interfaces import BenchCodec, CodecSettings
from llcodec.bench.machine import Conditions, conditions_here

Value = TypeVar("Value")


@dataclass(frozen=True)
class Timed(Generic[Value]):
    """A value, and the wall time in seconds that it took to compute.

    ``conditions`` are those under which it was computed; None stands for the current ones.
    """

    value: Value
    seconds: float
    conditions: Conditions | None = None


@runtime_checkable
class TimesItself(Protocol):
    """A codec that reports its own times."""

    def encode_timed(self, pixels: Pixels, quality: float) -> Timed[bytes]:
        """Return a file, and the seconds that encoding took."""
        ...

    def decode_timed(self, data: bytes) -> Timed[Pixels]:
        """Return a picture, and the seconds that decoding took."""
        ...


def timed(make: Callable[[], Value]) -> Timed[Value]:
    """Return the value of ``make``, and the seconds that it took."""
    start = time.perf_counter()
    value = make()
    return Timed(value, time.perf_counter() - start)


def encode_timed(codec: BenchCodec, pixels: Pixels, quality: float) -> Timed[bytes]:
    """Return the file of a picture, and the seconds it took. Raises the errors of ``encode``."""
    if isinstance(codec, TimesItself):
        return codec.encode_timed(pixels, quality)
    return timed(lambda: codec.encode(pixels, quality))


def decode_timed(codec: BenchCodec, data: bytes) -> Timed[Pixels]:
    """Return the picture of a file, and the seconds it took. Raises the errors of ``decode``."""
    if isinstance(codec, TimesItself):
        return codec.decode_timed(data)
    return timed(lambda: codec.decode(data))


class CachedCodec:
    """A codec that runs only once for the same picture, quality and settings.

    Settings contain versions, and hashes of programs, so that a new build runs again. Each cached
    run has its time in seconds, and the conditions under which it was measured.

    Args:
        codec: the codec to run.
        folder: of the cache; processes may share it.
        jobs: how many processes measure at the same time.

    Raises:
        OutputError: by all methods that encode or decode, if a run cannot be cached.
    """

    def __init__(self, codec: BenchCodec, folder: Path, jobs: int = 1) -> None:
        self.codec, self.folder, self._jobs = codec, folder, jobs
        self._cache = DiskCache(folder)
        self._settings = codec.settings()
        self._facts = {"codec": codec.name, "settings": asdict(self._settings)}

    @property
    def name(self) -> str:
        """The name in results."""
        return self.codec.name

    @property
    def qualities(self) -> tuple[float, ...]:
        """The usual qualities of the codec."""
        return self.codec.qualities

    def settings(self) -> CodecSettings:
        """Return versions and parameters, as results record them."""
        return self._settings

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the file of a picture, H×W×3. Raises the errors of the codec."""
        return self.encode_timed(pixels, quality).value

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3. Raises the errors of the codec."""
        return self.decode_timed(data).value

    def encode_timed(self, pixels: Pixels, quality: float) -> Timed[bytes]:
        """Return a file, and the seconds that encoding it took when it ran."""
        what = f"encode {pixels.shape} {pixels.dtype} {float(quality)}\n"
        key = cache_key(self._facts, what.encode(), pixels.tobytes())
        cached = self._cache.read_bytes(key, _run)
        if cached is not None:
            return cached
        made = self._timed(lambda: self.codec.encode(pixels, quality))
        self._cache.write_bytes(key, made.value, _facts(made))
        return made

    def decode_timed(self, data: bytes) -> Timed[Pixels]:
        """Return a picture, and the seconds that decoding it took when it ran."""
        key = cache_key(self._facts, b"decode\n", data)
        cached = self._cache.read_bytes(key, _run)
        if cached is not None:
            picture = np.asarray(Image.open(BytesIO(cached.value)))
            return Timed(picture, cached.seconds, cached.conditions)
        made = self._timed(lambda: self.codec.decode(data))
        self._cache.write_bytes(key, _png(made.value), _facts(made))
        return made

    def _timed(self, make: Callable[[], Value]) -> Timed[Value]:
        return replace(timed(make), conditions=conditions_here(self._jobs))


def _facts(run: Timed[Any]) -> dict[str, Any]:
    assert run.conditions is not None
    return {"seconds": run.seconds, "conditions": asdict(run.conditions)}


def _run(data: bytes, facts: Mapping[str, Any]) -> Timed[bytes]:
    return Timed(data, float(facts["seconds"]), Conditions(**facts["conditions"]))


def _png(pixels: Pixels) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()
