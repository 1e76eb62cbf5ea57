"""What an enhancer is to the benchmark."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from llcodec.data.pairs import Pixels


@dataclass(frozen=True)
class EnhancerSettings:
    """All that another person needs to make the same pictures.

    Attributes:
        versions: of the libraries and programs, by name; of our models, the SHA-256.
        parameters: everything that decides the result.
        training_hours: of a model of ours, how long it was trained; None for all others.
    """

    versions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    training_hours: float | None = None


class BenchEnhancer(Protocol):
    """Makes pictures brighter. Not to be shared between threads."""

    @property
    def name(self) -> str:
        """What results call it."""
        ...

    def settings(self) -> EnhancerSettings:
        """Return versions and parameters, for the record of a result."""
        ...

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the enhanced picture of H×W×3 8-bit sRGB pixels, of the same size.

        Raises InputError if it cannot be enhanced.
        """
        ...
