"""Runs of slow codecs, kept on disk under a hash of everything that decides what comes out."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from llcodec._outputs import written
from llcodec.bench.codecs.codec import BenchCodec, CodecSettings
from llcodec.bench.codecs.timing import Timed, Value, timed
from llcodec.bench.conditions import Conditions, conditions_here
from llcodec.data.pairs import Pixels


class CachedCodec:
    """A codec whose runs are made once: the same picture, quality and settings give the kept file.

    Settings hold versions (and hashes, where there are programs), so that a new build runs anew.
    Each run is a file of its own, whole or not at all: one line of JSON (seconds and the conditions
    that they were measured under, SHA-256 of the rest) and what was made. One that is damaged is
    made again. Processes may share a folder; ``jobs`` says how many do.

    Raises OutputError when a run cannot be kept.
    """

    def __init__(self, codec: BenchCodec, folder: Path, jobs: int = 1) -> None:
        self.codec, self.folder, self._jobs = codec, folder, jobs
        self._settings = codec.settings()
        facts = {"codec": codec.name, "settings": asdict(self._settings)}
        self._facts = json.dumps(facts, sort_keys=True)

    @property
    def name(self) -> str:
        """What results call it."""
        return self.codec.name

    @property
    def qualities(self) -> tuple[float, ...]:
        """The usual qualities of the codec."""
        return self.codec.qualities

    def settings(self) -> CodecSettings:
        """Return versions and parameters, for the record of a result."""
        return self._settings

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the file of a picture, H×W×3. Raises as the codec does."""
        return self.encode_timed(pixels, quality).value

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3. Raises as the codec does."""
        return self.decode_timed(data).value

    def encode_timed(self, pixels: Pixels, quality: float) -> Timed[bytes]:
        """Return a file, and the seconds that it took when it was made."""
        what = f"encode {pixels.shape} {pixels.dtype} {float(quality)}"
        path = self._path(what, pixels.tobytes())
        kept = _kept(path)
        if kept is not None:
            return kept
        made = self._timed(lambda: self.codec.encode(pixels, quality))
        _write(path, made.value, made)
        return made

    def decode_timed(self, data: bytes) -> Timed[Pixels]:
        """Return a picture, and the seconds that it took when it was made."""
        path = self._path("decode", data)
        kept = _kept(path)
        if kept is not None:
            picture = np.asarray(Image.open(BytesIO(kept.value)))
            return Timed(picture, kept.seconds, kept.conditions)
        made = self._timed(lambda: self.codec.decode(data))
        _write(path, _png(made.value), made)
        return made

    def _timed(self, make: Callable[[], Value]) -> Timed[Value]:
        return replace(timed(make), conditions=conditions_here(self._jobs))

    def _path(self, what: str, data: bytes) -> Path:
        start = f"{self._facts}\n{what}\n".encode()
        key = hashlib.sha256(start + data).hexdigest()
        return self.folder / key[:2] / f"{key}.run"


def _write(path: Path, data: bytes, run: Timed[Any]) -> None:
    """Keep what a run made, as ``data``, and how long it took."""
    assert run.conditions is not None
    facts = {
        "seconds": run.seconds,
        "conditions": asdict(run.conditions),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    with written(path) as part:
        part.write_bytes(json.dumps(facts).encode() + b"\n" + data)


def _kept(path: Path) -> Timed[bytes] | None:
    """Return what a run made, or None if there was none, or what is left of it is damaged."""
    if not path.is_file():
        return None
    head, _, data = path.read_bytes().partition(b"\n")
    try:
        facts = json.loads(head)
        if facts["sha256"] != hashlib.sha256(data).hexdigest():
            return None
        return Timed(data, float(facts["seconds"]), Conditions(**facts["conditions"]))
    except (ValueError, LookupError, TypeError):
        return None


def _png(pixels: Pixels) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()
