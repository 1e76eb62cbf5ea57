"""Cache finished measurements, and find out which are pending.

Scores and perceptual distances are cached separately, so that metrics can be added to an earlier
run.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from llcodec._disk_cache import DiskCache, cache_key
from llcodec.bench.machine import Conditions
from llcodec.bench.pictures import BenchPicture
from llcodec.bench.scores import NAMES, Measured, Scores, score_versions
from llcodec.metrics.perceptual import MetricChoice


class Keys:
    """Cache keys of the results of one pipeline; keys are equal only for equal inputs.

    Args:
        record: everything that decides the pipeline's results, with versions and checksums.
        more: anything else that decides them.
    """

    def __init__(self, record: Mapping[str, Any], **more: Mapping[str, str]) -> None:
        self._facts = {"pipeline": record, "measures": score_versions(), **more}

    def of(self, picture: BenchPicture, quality: float) -> str:
        """Return the key of a picture at a quality; the contents of its files decide."""
        files = (picture.source, picture.reference)
        digests = (b"none" if p is None else hashlib.sha256(p.read_bytes()).digest() for p in files)
        return cache_key(self._facts, f"{float(quality)}\n".encode(), *digests)


class ScoreCache:
    """The cached scores of one pipeline, with the conditions under which times were measured.

    Args:
        folder: of the cache.
        record: see :class:`Keys`.
    """

    def __init__(self, folder: Path, record: Mapping[str, Any]) -> None:
        self._cache, self._keys = DiskCache(folder), Keys(record)

    def read(self, picture: BenchPicture, quality: float) -> Measured | None:
        """Return the scores of a picture at a quality, or None."""
        return self._cache.read(self._keys.of(picture, quality), _measured)

    def write(self, picture: BenchPicture, quality: float, measured: Measured) -> None:
        """Cache scores. Raises OutputError."""
        conditions = [asdict(one) for one in measured.conditions]
        facts = {**asdict(measured.scores), "conditions": conditions}
        stored = {"id": picture.id, "quality": quality, **facts}
        self._cache.write(self._keys.of(picture, quality), stored)


@dataclass(frozen=True)
class Distance:
    """The value of a perceptual metric; None if there was nothing to measure."""

    value: float | None


class DistanceCache:
    """The cached distances of one pipeline by one metric.

    Args:
        folder: of the cache.
        record: see :class:`Keys`.
        metric: what the metric's values depend on.
    """

    def __init__(self, folder: Path, record: Mapping[str, Any], metric: Mapping[str, str]) -> None:
        self._cache, self._keys = DiskCache(folder), Keys(record, metric=metric)

    def read(self, picture: BenchPicture, quality: float) -> Distance | None:
        """Return the distance of a picture at a quality, or None."""
        key = self._keys.of(picture, quality)
        return self._cache.read(key, lambda stored: Distance(stored["value"]))

    def write(self, picture: BenchPicture, quality: float, distance: Distance) -> None:
        """Cache a distance. Raises OutputError."""
        stored = {"id": picture.id, "quality": quality, **asdict(distance)}
        self._cache.write(self._keys.of(picture, quality), stored)


@dataclass(frozen=True)
class Pending:
    """What has not been measured yet for a picture at one quality: scores, or some metrics."""

    quality: float
    scores: bool
    metrics: tuple[MetricChoice, ...]


@dataclass(frozen=True)
class Finished:
    """The measurements that were pending: scores, distances, or both."""

    measured: Measured | None
    distances: Mapping[MetricChoice, Distance]


class MeasurementCache:
    """All cached measurements of one pipeline: its scores, and its distances by several metrics.

    Args:
        folder: of the cache; distances are in subfolders.
        record: see :class:`Keys`.
        metrics: the metrics that are wanted.

    Raises the errors of :meth:`MetricChoice.load`.
    """

    def __init__(
        self, folder: Path, record: Mapping[str, Any], metrics: Sequence[MetricChoice]
    ) -> None:
        self._scores = ScoreCache(folder, record)
        self._distances = {
            choice: DistanceCache(folder / choice.name, record, choice.load().decides)
            for choice in metrics
        }

    def pending(self, picture: BenchPicture, qualities: Sequence[float]) -> tuple[Pending, ...]:
        """Return what is pending for a picture; complete qualities are left out."""
        found = (self._pending(picture, quality) for quality in qualities)
        return tuple(one for one in found if one.scores or one.metrics)

    def store(self, picture: BenchPicture, quality: float, finished: Finished) -> None:
        """Cache what was measured. Raises OutputError."""
        if finished.measured is not None:
            self._scores.write(picture, quality, finished.measured)
        for choice, distance in finished.distances.items():
            self._distances[choice].write(picture, quality, distance)

    def measured(self, pictures: Sequence[BenchPicture], quality: float) -> tuple[Measured, ...]:
        """Return scores and their conditions at a quality, in the order of the pictures."""
        column = (self._scores.read(picture, quality) for picture in pictures)
        return tuple(one for one in column if one is not None)

    def distances(
        self, pictures: Sequence[BenchPicture], quality: float
    ) -> dict[str, tuple[float | None, ...]]:
        """Return the distances at a quality by metrics' names, in the order of the pictures."""
        return {
            choice.name: tuple(
                found.value
                for picture in pictures
                if (found := cache.read(picture, quality)) is not None
            )
            for choice, cache in self._distances.items()
        }

    def _pending(self, picture: BenchPicture, quality: float) -> Pending:
        metrics = (
            c for c, cache in self._distances.items() if cache.read(picture, quality) is None
        )
        return Pending(quality, self._scores.read(picture, quality) is None, tuple(metrics))


def _measured(stored: Mapping[str, Any]) -> Measured:
    """Return the scores of an entry. Raises LookupError or TypeError if it is damaged."""
    scores = Scores(**{name: stored[name] for name in NAMES})
    return Measured(scores, tuple(Conditions(**one) for one in stored["conditions"]))
