"""The before/after sliders of the report, with pictures embedded as data URIs."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image

from llcodec._arrays import Pixels
from llcodec.bench.report.samples import PictureSamples, PipelineSample, Samples
from llcodec.bench.report.styles import family_of
from llcodec.bench.results import Comparison, PipelineResult

_PREFIX: Final = "data:image/webp;base64,"


@dataclass(frozen=True)
class Fidelity:
    """The largest side in pixels, and the quality of WebP."""

    side: int
    quality: int


FIDELITIES: Final = (
    Fidelity(960, 90),
    Fidelity(800, 84),
    Fidelity(640, 78),
    Fidelity(560, 72),
    Fidelity(480, 66),
)
"""The fidelities to try, best first."""


@dataclass(frozen=True)
class Embedded:
    """One picture as data URIs: source, reference, and the outputs of pipelines by their names.

    ``width`` and ``height`` are those of the picture itself, in pixels.
    """

    width: int
    height: int
    source: str
    reference: str | None
    made: Mapping[str, str]

    @property
    def length(self) -> int:
        """The number of characters of all data URIs."""
        uris = (self.source, self.reference or "", *self.made.values())
        return sum(map(len, uris))


@dataclass(frozen=True)
class EmbeddedPictures:
    """As many of the first pictures as fit; ``how`` describes their encoding."""

    pictures: tuple[Embedded, ...]
    how: str


def embed_within(shown: Sequence[PictureSamples], limit: int) -> EmbeddedPictures:
    """Return embedded pictures of at most ``limit`` characters in total.

    They have the best fidelity at which all of them fit. If there is none, as many pictures as fit
    are embedded at the lowest. Raises InputError if a picture cannot be read.
    """
    for fidelity in FIDELITIES:
        made = _as_many_as_fit(shown, fidelity, limit)
        if len(made) == len(shown):
            break
    how = f"WebP of quality {fidelity.quality}, no side longer than {fidelity.side} pixels"
    return EmbeddedPictures(tuple(made), how)


def _as_many_as_fit(
    shown: Sequence[PictureSamples], fidelity: Fidelity, limit: int
) -> list[Embedded]:
    made: list[Embedded] = []
    for one in shown:
        embedded = _embedded(one, fidelity)
        limit -= embedded.length
        if limit < 0:
            break
        made.append(embedded)
    return made


def _embedded(shown: PictureSamples, fidelity: Fidelity) -> Embedded:
    source, reference = shown.picture.read()
    own_reference = shown.picture.reference not in (None, shown.picture.source)
    return Embedded(
        width=source.shape[1],
        height=source.shape[0],
        source=data_uri(source, fidelity),
        reference=data_uri(reference, fidelity)
        if own_reference and reference is not None
        else None,
        made={one.name: data_uri(one.pixels(), fidelity) for one in shown.samples},
    )


def data_uri(pixels: Pixels, fidelity: Fidelity) -> str:
    """Return a picture, H×W×3, as WebP in a data URI; larger ones are reduced."""
    image = Image.fromarray(pixels)
    image.thumbnail((fidelity.side, fidelity.side), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=fidelity.quality, method=4)
    return _PREFIX + base64.b64encode(file.getvalue()).decode("ascii")


SOURCE: Final = "As shot (what went in)"
REFERENCE: Final = "Reference (what should come out)"
_LAST: Final = Comparison("", None, None, None).rank
_FAR: Final = 1.25  # ratio to the target rate, or its inverse, from which a note says so


@dataclass(frozen=True)
class Version:
    """One version of a picture.

    ``src`` is a data URI, or None if there is no picture; ``note`` has its rate and scores, or the
    reason why there is none.
    """

    src: str | None
    note: str


@dataclass(frozen=True)
class Slider:
    """One picture in all versions, in the order of the choices; its size is in pixels."""

    title: str
    width: int
    height: int
    versions: tuple[Version, ...]


@dataclass(frozen=True)
class Sliders:
    """All pictures, and the indices of the choices that are first shown on the left and the right.

    ``left_out`` are the pictures for which the page has no room; ``how`` describes the encoding of
    the others.
    """

    bpp: float
    choices: tuple[str, ...]
    left: int
    right: int
    pictures: tuple[Slider, ...]
    left_out: tuple[str, ...]
    how: str


def sliders(
    samples: Samples | None,
    results: Sequence[PipelineResult],
    comparisons: Sequence[Comparison],
    limit: int,
) -> Sliders | None:
    """Return the sliders, with at most ``limit`` characters of pictures; None without pictures.

    Raises InputError if a picture can no longer be read.
    """
    if samples is None or not samples.pictures:
        return None
    names = [r.name for r in results if any(_of(p, r.name) for p in samples.pictures)]
    with_reference = any(_has_reference(shown) for shown in samples.pictures)
    first = [SOURCE, REFERENCE] if with_reference else [SOURCE]
    embedded = embed_within(samples.pictures, limit)
    left, right = first_pair(results, comparisons, names)
    places = {name: place for place, name in enumerate(names, len(first))}
    return Sliders(
        bpp=samples.bpp,
        choices=(*first, *names),
        left=places.get(left, 0),
        right=places.get(right, 0),
        pictures=tuple(
            _slider(shown, uris, names, samples.bpp, with_reference)
            for shown, uris in zip(samples.pictures, embedded.pictures, strict=False)
        ),
        left_out=tuple(p.picture.id for p in samples.pictures[len(embedded.pictures) :]),
        how=embedded.how,
    )


def first_pair(
    results: Sequence[PipelineResult], comparisons: Sequence[Comparison], names: Sequence[str]
) -> tuple[str, str]:
    """Return the pipelines to show first: the best that is not joint, and the first joint one.

    The best is the first by :attr:`Comparison.rank`; without comparisons, the first that enhances.
    An empty name stands for no pipeline.
    """
    families = {result.name: family_of(result) for result in results}
    joint = [name for name in names if families[name] == "joint"]
    ranks = {c.name: c.rank for c in comparisons}
    others = [name for name in names if name not in joint]
    # Sorting keeps the order of those without a rank, which come last.
    others.sort(key=lambda name: (*ranks.get(name, _LAST), families[name] == "plain"))
    ranked = [*others, *joint]
    right = joint[0] if joint else (ranked[1] if len(ranked) > 1 else "")
    return (ranked[0] if ranked and ranked[0] != right else ""), right


def _slider(
    shown: PictureSamples, uris: Embedded, names: Sequence[str], bpp: float, with_reference: bool
) -> Slider:
    versions = [Version(uris.source, "")]
    if with_reference:
        missing = "" if uris.reference else "this picture has none"
        versions.append(Version(uris.reference, missing))
    for name in names:
        found = _of(shown, name)
        if found is None:
            versions.append(Version(None, shown.failed.get(name, "not made")))
        else:
            versions.append(Version(uris.made[name], _note(found, bpp)))
    return Slider(shown.picture.id, uris.width, uris.height, tuple(versions))


def _note(shown: PipelineSample, bpp: float) -> str:
    said = [f"{shown.bpp:.3f} bpp", f"quality {shown.quality:g}"]
    if shown.psnr is not None:
        said.append(f"{shown.psnr:.2f} dB")
    if shown.ssim is not None:
        said.append(f"SSIM {shown.ssim:.3f}")
    if not 1 / _FAR <= shown.bpp / bpp <= _FAR:
        said.append("nearest available")
    return " · ".join(
        text.replace(" ", "\u00a0") for text in said
    )  # lines break between facts only


def _of(shown: PictureSamples, name: str) -> PipelineSample | None:
    return next((one for one in shown.samples if one.name == name), None)


def _has_reference(shown: PictureSamples) -> bool:
    return shown.picture.reference not in (None, shown.picture.source)
