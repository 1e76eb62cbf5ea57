"""What is not measured yet of a picture: scores and distances are wanted, and kept, apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llcodec.bench.kept import Distance, KeptDistances, KeptScores
from llcodec.bench.pictures import BenchPicture
from llcodec.bench.scores import Measured
from llcodec.metrics.perceptual import MetricChoice


@dataclass(frozen=True)
class Gap:
    """What is missing of a picture at one quality: its scores or not, and distances by metrics."""

    quality: float
    scores: bool
    metrics: tuple[MetricChoice, ...]


@dataclass(frozen=True)
class Filling:
    """What was measured of a gap: nothing that it does not miss."""

    measured: Measured | None
    distances: Mapping[MetricChoice, Distance]


class Kept:
    """All measurements of one pipeline in a folder.

    ``record`` is what decides them besides the pictures; distances are in folders of their own.
    Raises what :meth:`MetricChoice.load` raises.
    """

    def __init__(
        self, folder: Path, record: Mapping[str, Any], metrics: Sequence[MetricChoice]
    ) -> None:
        self._scores = KeptScores(folder, record)
        self._distances = {
            choice: KeptDistances(folder / choice.name, record, choice.load().decides)
            for choice in metrics
        }

    def gaps(self, picture: BenchPicture, qualities: Sequence[float]) -> tuple[Gap, ...]:
        """Return what is missing of a picture; nothing of qualities that all is kept of."""
        found = (self._gap(picture, quality) for quality in qualities)
        return tuple(gap for gap in found if gap.scores or gap.metrics)

    def fill(self, picture: BenchPicture, gap: Gap, filling: Filling) -> None:
        """Keep what was measured. Raises OutputError if it cannot be written."""
        if filling.measured is not None:
            self._scores.write(picture, gap.quality, filling.measured)
        for choice, distance in filling.distances.items():
            self._distances[choice].write(picture, gap.quality, distance)

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
                if (found := kept.read(picture, quality)) is not None
            )
            for choice, kept in self._distances.items()
        }

    def _gap(self, picture: BenchPicture, quality: float) -> Gap:
        metrics = (c for c, kept in self._distances.items() if kept.read(picture, quality) is None)
        return Gap(quality, self._scores.read(picture, quality) is None, tuple(metrics))
