"""Pictures as data URIs, as good as a limit on all of them together allows."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image

from llcodec.bench.showcase import ShownPicture
from llcodec.data.pairs import Pixels

_PREFIX: Final = "data:image/webp;base64,"


@dataclass(frozen=True)
class Fidelity:
    """The longer side in pixels, at most, and the quality of WebP."""

    side: int
    quality: int


LADDER: Final = (
    Fidelity(960, 90),
    Fidelity(800, 84),
    Fidelity(640, 78),
    Fidelity(560, 72),
    Fidelity(480, 66),
)
"""What is tried, the best first."""


@dataclass(frozen=True)
class Embedded:
    """One picture as data URIs: as shot, as wanted, and as pipelines made it, by their names.

    ``width`` and ``height`` are those of the picture itself, in pixels.
    """

    width: int
    height: int
    source: str
    reference: str | None
    made: Mapping[str, str]

    @property
    def length(self) -> int:
        """Characters of all data URIs."""
        uris = (self.source, self.reference or "", *self.made.values())
        return sum(map(len, uris))


@dataclass(frozen=True)
class EmbeddedPictures:
    """As many of the first pictures as there was room for; ``how`` says what was done to them."""

    pictures: tuple[Embedded, ...]
    how: str


def embed_within(shown: Sequence[ShownPicture], limit: int) -> EmbeddedPictures:
    """Return pictures that take at most ``limit`` characters together.

    The best fidelity at which all of them fit; if there is none, as many as fit at the least.
    Raises InputError if a picture cannot be read.
    """
    for fidelity in LADDER:
        made = _as_many_as_fit(shown, fidelity, limit)
        if len(made) == len(shown):
            break
    how = f"WebP of quality {fidelity.quality}, no side longer than {fidelity.side} pixels"
    return EmbeddedPictures(tuple(made), how)


def _as_many_as_fit(
    shown: Sequence[ShownPicture], fidelity: Fidelity, limit: int
) -> list[Embedded]:
    made: list[Embedded] = []
    for one in shown:
        embedded = _embedded(one, fidelity)
        limit -= embedded.length
        if limit < 0:
            break
        made.append(embedded)
    return made


def _embedded(shown: ShownPicture, fidelity: Fidelity) -> Embedded:
    source, reference = shown.picture.read()
    own_reference = shown.picture.reference not in (None, shown.picture.source)
    return Embedded(
        width=source.shape[1],
        height=source.shape[0],
        source=data_uri(source, fidelity),
        reference=data_uri(reference, fidelity)
        if own_reference and reference is not None
        else None,
        made={one.name: data_uri(one.pixels(), fidelity) for one in shown.shown},
    )


def data_uri(pixels: Pixels, fidelity: Fidelity) -> str:
    """Return a picture, H×W×3, as WebP in a data URI; larger ones are made smaller."""
    image = Image.fromarray(pixels)
    image.thumbnail((fidelity.side, fidelity.side), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=fidelity.quality, method=4)
    return _PREFIX + base64.b64encode(file.getvalue()).decode("ascii")
