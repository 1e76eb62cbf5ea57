"""The interfaces that codecs and enhancers implement, and checks that every codec shares.

A new codec implements :class:`BenchCodec` and joins ``codecs/registry.py``; a new enhancer
implements :class:`BenchEnhancer` and joins ``enhancers/registry.py``.

Rates are always those of whole files, and distortion is only ever measured on images decoded from
their bytes: nothing passes from ``encode`` to ``decode`` but the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np

from llcodec.data.pairs import Pixels
from llcodec.errors import InputError, QualityError

Parameter: TypeAlias = str | int | float | bool
"""What a setting may be, as it stands in the JSON of results."""


@dataclass(frozen=True)
class CodecSettings:
    """All that another person needs to make the same files.

    Attributes:
        quality: what the quality of this codec is, with its range.
        chroma: how colour is kept: ``4:4:4``, ``4:2:0``, or ``RGB`` where none is taken apart.
        versions: of the libraries and programs, by name.
        parameters: everything that differs from the library's defaults, or decides the result.
        training_hours: of a model of ours, how long it was trained; None for all others.
    """

    quality: str
    chroma: str
    versions: Mapping[str, str]
    parameters: Mapping[str, Parameter]
    training_hours: float | None = None


class BenchCodec(Protocol):
    """Makes files of pictures and pictures of files. Not to be shared between threads."""

    @property
    def name(self) -> str:
        """What results call it."""
        ...

    @property
    def qualities(self) -> tuple[float, ...]:
        """The usual qualities, from the smallest files to the largest.

        The scale is the codec's own: a larger number need not mean a better picture.
        """
        ...

    def settings(self) -> CodecSettings:
        """Return versions and parameters, for the record of a result."""
        ...

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the whole file of a picture, H×W×3 8-bit sRGB.

        Raises QualityError if there is no such quality, InputError if the picture cannot be coded.
        """
        ...

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3 8-bit sRGB.

        Raises InputError if the bytes are no file of this codec.
        """
        ...


@runtime_checkable
class Ladder(Protocol):
    """A codec that has a network of its own for each quality, loaded when it is needed first."""

    def at(self, quality: float) -> object:
        """Return what codes at a quality. Raises QualityError, or ModelError if it is not there."""
        ...


def bits_per_pixel(data: bytes, pixels: Pixels) -> float:
    """Return the rate of a whole file, every byte of it counted, of a picture H×W×3."""
    height, width = pixels.shape[:2]
    return 8 * len(data) / (int(height) * int(width))


def check_pixels(pixels: Pixels) -> None:
    """Raise InputError unless this is a picture, H×W×3 8-bit."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.size == 0:
        raise InputError(f"a picture is H×W×3 with 8 bits, not {pixels.shape} {pixels.dtype}")


def whole_quality(name: str, quality: float, lowest: int, highest: int) -> int:
    """Return a quality as the whole number that it must be.

    Raises QualityError if it is none, or out of its range.
    """
    if not (lowest <= quality <= highest and quality == int(quality)):
        raise QualityError(
            f"{name} has whole qualities from {lowest} to {highest}, not {quality:g}"
        )
    return int(quality)


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
