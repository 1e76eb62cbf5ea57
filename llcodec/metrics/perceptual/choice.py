"""Which metrics are wanted, as a command line says it, and where the weights of each are."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llcodec.errors import InputError, UnknownModelError
from llcodec.metrics.perceptual.library import import_library
from llcodec.metrics.perceptual.metric import BACKBONES, NAMES, PerceptualMetric, load_metric
from llcodec.metrics.perceptual.weights import published_weights


@dataclass(frozen=True)
class MetricChoice:
    """A metric that is wanted.

    ``weights`` is the file of its backbone's weights; None are those that were published.
    """

    name: str
    weights: Path | None = None

    def __str__(self) -> str:
        """Return how it is asked for, without the folder that the file lies in."""
        return self.name if self.weights is None else f"{self.name}:{self.weights.name}"

    def load(self) -> PerceptualMetric:
        """Return the metric; its weights are fetched if need be, and kept in memory.

        Raises InputError if the extra is not installed, UnknownModelError if the weights cannot be
        had, BrokenModelError if they are not the backbone's.
        """
        import_library()
        return load_metric(self.name, self.weights or self._published())

    def _published(self) -> Path:
        try:
            return published_weights(BACKBONES[self.name])
        except UnknownModelError as error:
            raise UnknownModelError(f"{error}: give a file, {self.name}:FILE") from error


def parse_metrics(texts: Sequence[str]) -> tuple[MetricChoice, ...]:
    """Return the metrics of texts such as ``lpips,dists:vgg16.pth``, in the order of ``NAMES``.

    Raises InputError if there is no such metric, or if one is there twice.
    """
    chosen: dict[str, MetricChoice] = {}
    for word in (word for text in texts for word in text.split(",")):
        name, colon, path = word.partition(":")
        if name not in NAMES or bool(colon) != bool(path):
            raise InputError(f"no metric {word!r}: write {', '.join(NAMES)} or NAME:WEIGHTS")
        if name in chosen:
            raise InputError(f"the metric {name} is there twice")
        chosen[name] = MetricChoice(name, Path(path) if path else None)
    return tuple(chosen[name] for name in NAMES if name in chosen)
