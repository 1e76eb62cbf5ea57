"""Parse the metrics of a command line, and the weights of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llcodec.errors import InputError, UnknownModelError
from llcodec.metrics.perceptual.library import import_library
from llcodec.metrics.perceptual.metric import BACKBONES, NAMES, PerceptualMetric, load_metric
from llcodec.metrics.perceptual.weights import published_weights


@dataclass(frozen=True)
class MetricChoice:
    """A metric to compute.

    ``weights`` is the file of its backbone's weights, or None for the published ones.
    """

    name: str
    weights: Path | None = None

    def __str__(self) -> str:
        """Return the metric as on a command line, with the name of the file only."""
        return self.name if self.weights is None else f"{self.name}:{self.weights.name}"

    def load(self, option: str | None = None) -> PerceptualMetric:
        """Load the metric; download its weights if needed.

        ``option`` is how a file of weights is given, if not as ``NAME:FILE``, for error messages.

        Raises:
            InputError: if the extra is not installed.
            UnknownModelError: if the weights cannot be found or downloaded.
            BrokenModelError: if they are not those of the backbone.
        """
        import_library()
        return load_metric(self.name, self.weights or self._published(option))

    def _published(self, option: str | None) -> Path:
        try:
            return published_weights(BACKBONES[self.name])
        except UnknownModelError as error:
            option = option or f"{self.name}:FILE"
            raise UnknownModelError(f"{error}: give a file, {option}") from error


def parse_metrics(texts: Sequence[str]) -> tuple[MetricChoice, ...]:
    """Parse texts such as ``lpips,dists:vgg16.pth``; return metrics in the order of ``NAMES``.

    Raises:
        InputError: if there is no such metric, or one is given twice.
    """
    chosen: dict[str, MetricChoice] = {}
    for word in (word for text in texts for word in text.split(",")):
        name, colon, path = word.partition(":")
        if name not in NAMES or bool(colon) != bool(path):
            raise InputError(f"no metric {word!r}: write {', '.join(NAMES)} or NAME:WEIGHTS")
        if name in chosen:
            raise InputError(f"the metric {name} is given twice")
        chosen[name] = MetricChoice(name, Path(path) if path else None)
    return tuple(chosen[name] for name in NAMES if name in chosen)
