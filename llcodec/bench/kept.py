"""Finished measurements, kept on disk under a hash of everything that decides them."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from llcodec._outputs import written
from llcodec.bench.conditions import Conditions
from llcodec.bench.pictures import BenchPicture
from llcodec.bench.scores import NAMES, Measured, Scores, measures

Stored = TypeVar("Stored")


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

    ``record`` is what decides them besides the pictures, see :class:`Keys`. Times depend on more:
    each file tells the conditions that they were measured under. A damaged one counts as none.
    """

    def __init__(self, folder: Path, record: Mapping[str, Any]) -> None:
        self._files = _Files(folder, Keys(record))

    def read(self, picture: BenchPicture, quality: float) -> Measured | None:
        """Return what was measured of a picture at a quality, or None."""
        return self._files.read(picture, quality, _measured)

    def write(self, picture: BenchPicture, quality: float, measured: Measured) -> None:
        """Keep a measurement. Raises OutputError if it cannot be written."""
        conditions = [asdict(one) for one in measured.conditions]
        facts = {**asdict(measured.scores), "conditions": conditions}
        self._files.write(picture, quality, facts)


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
        return self._files.read(picture, quality, lambda stored: Distance(stored["value"]))

    def write(self, picture: BenchPicture, quality: float, distance: Distance) -> None:
        """Keep what was found. Raises OutputError if it cannot be written."""
        self._files.write(picture, quality, asdict(distance))


@dataclass(frozen=True)
class _Files:
    """Files of JSON in a folder, named by keys."""

    folder: Path
    keys: Keys

    def read(
        self, picture: BenchPicture, quality: float, taken: Callable[[dict[str, Any]], Stored]
    ) -> Stored | None:
        path = self._path(picture, quality)
        if not path.is_file():
            return None
        try:
            return taken(json.loads(path.read_text()))
        except (ValueError, LookupError, TypeError):
            return None

    def write(self, picture: BenchPicture, quality: float, facts: Mapping[str, Any]) -> None:
        with written(self._path(picture, quality)) as part:
            part.write_text(json.dumps({"id": picture.id, "quality": quality, **facts}))

    def _path(self, picture: BenchPicture, quality: float) -> Path:
        name = self.keys.of(picture, quality)
        return self.folder / name[:2] / f"{name}.json"


def _measured(stored: Mapping[str, Any]) -> Measured:
    """Return what a file tells. Raises LookupError or TypeError if it does not."""
    scores = Scores(**{name: stored[name] for name in NAMES})
    return Measured(scores, tuple(Conditions(**one) for one in stored["conditions"]))
