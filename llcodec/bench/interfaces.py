"""The interfaces that codecs and enhancers implement, and checks that every codec shares.

A new codec implements :class:`BenchCodec` and joins ``codecs/registry.py``; a new enhancer
implements :class:`BenchEnhancer` and joins ``enhancers/registry.py``.

Rates are always those of complete files, and distortion is always measured on images decoded from
their bytes: only the file passes from ``encode`` to ``decode``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np

from llcodec._arrays import Pixels
from llcodec.errors import InputError, QualityError

Parameter: TypeAlias = str | int | float | bool
"""The type of a setting in the JSON of results."""


@dataclass(frozen=True)
class CodecSettings:
    """Everything that is needed to reproduce the files.

    Attributes:
        quality: what the quality of the codec means, and its range.
        chroma: the chroma subsampling: ``4:4:4``, ``4:2:0``, or ``RGB`` without a colour transform.
        versions: of the libraries and programs, by name.
        parameters: everything that differs from the defaults of the library, or decides the result.
        training_hours: of a model of this package; None for all others.
    """

    quality: str
    chroma: str
    versions: Mapping[str, str]
    parameters: Mapping[str, Parameter]
    training_hours: float | None = None


class BenchCodec(Protocol):
    """Encodes pictures as files, and decodes them. Not to be shared between threads.

    The same picture and quality always give the same bytes, and a new object decodes them: only the
    file passes from sender to receiver. ``tests/bench/codecs/test_interfaces.py`` checks this and
    the rest of what ``CONTRIBUTING.md`` lists.
    """

    @property
    def name(self) -> str:
        """The name in results."""
        ...

    @property
    def qualities(self) -> tuple[float, ...]:
        """The usual qualities, from the smallest files to the largest.

        Scales differ between codecs: a larger number does not always mean a better picture.
        """
        ...

    def settings(self) -> CodecSettings:
        """Return versions and parameters, as results record them."""
        ...

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the complete file of a picture, H×W×3 8-bit sRGB.

        Raises QualityError if there is no such quality, InputError if the picture cannot be
        encoded.
        """
        ...

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3 8-bit sRGB.

        Raises InputError if the bytes are not a file of this codec.
        """
        ...


@runtime_checkable
class Ladder(Protocol):
    """A codec that has a network for each quality, loaded when first needed."""

    def at(self, quality: float) -> object:
        """Return the network of a quality. Raises QualityError, ModelError if it is missing."""
        ...


def bits_per_pixel(data: bytes, pixels: Pixels) -> float:
    """Return the rate of a file, counting every byte, for a picture H×W×3."""
    height, width = pixels.shape[:2]
    return 8 * len(data) / (int(height) * int(width))


def check_pixels(pixels: Pixels) -> None:
    """Raise InputError unless this is a picture, H×W×3 with 8 bits."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.size == 0:
        raise InputError(f"a picture must be H×W×3 uint8, not {pixels.shape} {pixels.dtype}")


def integer_quality(name: str, quality: float, lowest: int, highest: int) -> int:
    """Return a quality as an integer.

    Raises QualityError if it is not an integer, or out of range.
    """
    if not (lowest <= quality <= highest and quality == int(quality)):
        raise QualityError(
            f"the quality of {name} must be an integer from {lowest} to {highest}, not {quality:g}"
        )
    return int(quality)


@dataclass(frozen=True)
class EnhancerSettings:
    """Everything that is needed to reproduce the pictures.

    Attributes:
        versions: of the libraries and programs, by name; of models of this package, the SHA-256.
        parameters: everything that decides the result.
        training_hours: of a model of this package; None for all others.
    """

    versions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    training_hours: float | None = None


class BenchEnhancer(Protocol):
    """Brightens pictures. Not to be shared between threads."""

    @property
    def name(self) -> str:
        """The name in results."""
        ...

    def settings(self) -> EnhancerSettings:
        """Return versions and parameters, as results record them."""
        ...

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the enhanced picture of H×W×3 8-bit sRGB pixels, of the same size.

        Raises InputError if it cannot be enhanced.
        """
        ...
