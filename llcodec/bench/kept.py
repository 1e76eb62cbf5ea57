"""Finished measurements, kept on disk under a hash of everything that decides them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from llcodec._outputs import written
from llcodec.bench.pictures import BenchPicture
from llcodec.bench.scores import NAMES, Scores, measures


class Keys:
    """Names for what is made of pictures with one pipeline: equal for equal inputs only.

    ``record`` is what decides the pipeline's results; versions and checksums stand in it, so that
    another build has other names. ``more`` is what else decides, where there is anything.
    """

    def __init__(self, record: Mapping[str, Any], **more: Mapping[str, str]) -> None:
        facts = {"pipeline": record, "measures": measures(), **more}
        self._facts = json.dumps(facts, sort_keys=True)

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
        self._files = _Files(folder, Keys(record))

    def read(self, picture: BenchPicture, quality: float) -> Scores | None:
        """Return what was measured of a picture at a quality, or None."""
        stored = self._files.read(picture, quality, NAMES)
        return None if stored is None else Scores(**stored)

    def write(self, picture: BenchPicture, quality: float, scores: Scores) -> None:
        """Keep a measurement. Raises OutputError if it cannot be written."""
        self._files.write(picture, quality, asdict(scores))


@dataclass(frozen=True)
class Distance:
    """What a metric found; ``value`` is None where there was nothing to be measured."""

    value: float | None


class KeptDistances:
    """What one metric found of one pipeline, apart from scores: so each comes when it is wanted.

    ``metric`` is what its values depend on. All else is as with :class:`KeptScores`.
    """

    def __init__(self, folder: Path, record: Mapping[str, Any], metric: Mapping[str, str]) -> None:
        self._files = _Files(folder, Keys(record, metric=metric))

    def read(self, picture: BenchPicture, quality: float) -> Distance | None:
        """Return what was found of a picture at a quality, or None."""
        stored = self._files.read(picture, quality, ("value",))
        return None if stored is None else Distance(**stored)

    def write(self, picture: BenchPicture, quality: float, distance: Distance) -> None:
        """Keep what was found. Raises OutputError if it cannot be written."""
        self._files.write(picture, quality, asdict(distance))


@dataclass(frozen=True)
class _Files:
    """Files of JSON in a folder, named by keys."""

    folder: Path
    keys: Keys

    def read(
        self, picture: BenchPicture, quality: float, names: tuple[str, ...]
    ) -> dict[str, Any] | None:
        path = self._path(picture, quality)
        if not path.is_file():
            return None
        try:
            stored = json.loads(path.read_text())
            return {name: stored[name] for name in names}
        except (ValueError, LookupError, TypeError):
            return None

    def write(self, picture: BenchPicture, quality: float, facts: Mapping[str, Any]) -> None:
        with written(self._path(picture, quality)) as part:
            part.write_text(json.dumps({"id": picture.id, "quality": quality, **facts}))

    def _path(self, picture: BenchPicture, quality: float) -> Path:
        name = self.keys.of(picture, quality)
        return self.folder / name[:2] / f"{name}.json"
