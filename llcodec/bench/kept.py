"""Finished measurements, kept on disk under a hash of everything that decides them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from llcodec.bench.pictures import BenchPicture
from llcodec.bench.scores import NAMES, Scores, measures
from llcodec.data.outputs import written


class Keys:
    """Names for what is made of pictures with one pipeline: equal for equal inputs only.

    ``record`` is what decides the pipeline's results; versions and checksums stand in it, so that
    another build has other names.
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._facts = json.dumps({"pipeline": record, "measures": measures()}, sort_keys=True)

    def of(self, picture: BenchPicture, quality: float) -> str:
        """Return 64 hexadecimal digits: a hash of the pipeline, the quality and the files."""
        key = hashlib.sha256(f"{self._facts}\n{float(quality)}\n".encode())
        for path in (picture.source, picture.reference):
            key.update(b"none" if path is None else hashlib.sha256(path.read_bytes()).digest())
        return key.hexdigest()


class KeptScores:
    """The measurements of one pipeline in a folder: a file of JSON for each picture.

    ``record`` is what decides them besides the pictures, see :class:`Keys`. A damaged file counts
    as none.
    """

    def __init__(self, folder: Path, record: Mapping[str, Any]) -> None:
        self.folder = folder
        self._keys = Keys(record)

    def read(self, picture: BenchPicture, quality: float) -> Scores | None:
        """Return what was measured of a picture at a quality, or None."""
        path = self._path(picture, quality)
        if not path.is_file():
            return None
        try:
            stored = json.loads(path.read_text())
            return Scores(**{name: stored[name] for name in NAMES})
        except (ValueError, LookupError, TypeError):
            return None

    def write(self, picture: BenchPicture, quality: float, scores: Scores) -> None:
        """Keep a measurement. Raises OutputError if it cannot be written."""
        with written(self._path(picture, quality)) as part:
            part.write_text(json.dumps({"id": picture.id, "quality": quality, **asdict(scores)}))

    def _path(self, picture: BenchPicture, quality: float) -> Path:
        name = self._keys.of(picture, quality)
        return self.folder / name[:2] / f"{name}.json"
