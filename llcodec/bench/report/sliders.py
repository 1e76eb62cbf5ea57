"""The before/after sliders: which pictures, which pipelines, and what stands under them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from llcodec.bench.looks import family_of
from llcodec.bench.report.embedding import Embedded, embed_within
from llcodec.bench.results import Comparison, PipelineResult
from llcodec.bench.showcase import Showcase, Shown, ShownPicture

SOURCE: Final = "As shot (what went in)"
REFERENCE: Final = "Reference (what should come out)"
_LAST: Final = Comparison("", None, None, None).place
_FAR: Final = 1.25  # times the rate that was asked for, or its inverse


@dataclass(frozen=True)
class Version:
    """One picture as one choice shows it.

    ``src`` is a data URI, None where there is no picture; ``note`` says what it cost and is worth,
    or why it is not there.
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
    """All pictures, and the choices that begin on the left and on the right, by their places.

    ``left_out`` are pictures that the page has no room for; ``how`` says how the others are
    embedded.
    """

    bpp: float
    choices: tuple[str, ...]
    left: int
    right: int
    pictures: tuple[Slider, ...]
    left_out: tuple[str, ...]
    how: str


def sliders(
    showcase: Showcase | None,
    results: Sequence[PipelineResult],
    comparisons: Sequence[Comparison],
    limit: int,
) -> Sliders | None:
    """Return the sliders, with at most ``limit`` characters of pictures; None without pictures.

    Raises InputError if a picture cannot be read any more.
    """
    if showcase is None or not showcase.pictures:
        return None
    names = [r.name for r in results if any(_of(p, r.name) for p in showcase.pictures)]
    with_reference = any(_has_reference(shown) for shown in showcase.pictures)
    first = [SOURCE, REFERENCE] if with_reference else [SOURCE]
    embedded = embed_within(showcase.pictures, limit)
    left, right = first_pair(results, comparisons, names)
    places = {name: place for place, name in enumerate(names, len(first))}
    return Sliders(
        bpp=showcase.bpp,
        choices=(*first, *names),
        left=places.get(left, 0),
        right=places.get(right, 0),
        pictures=tuple(
            _slider(shown, uris, names, showcase.bpp, with_reference)
            for shown, uris in zip(showcase.pictures, embedded.pictures, strict=False)
        ),
        left_out=tuple(p.picture.id for p in showcase.pictures[len(embedded.pictures) :]),
        how=embedded.how,
    )


def first_pair(
    results: Sequence[PipelineResult], comparisons: Sequence[Comparison], names: Sequence[str]
) -> tuple[str, str]:
    """Return the pipelines to begin with: the best that is not joint, and the first that is.

    The best is the first of :attr:`Comparison.place`; without comparisons it is the first of those
    that enhance. Empty names stand for none.
    """
    families = {result.name: family_of(result) for result in results}
    joint = [name for name in names if families[name] == "joint"]
    places = {c.name: c.place for c in comparisons}
    others = [name for name in names if name not in joint]
    # Sorting keeps the order of those without a place, which come last.
    others.sort(key=lambda name: (*places.get(name, _LAST), families[name] == "plain"))
    ranked = [*others, *joint]
    right = joint[0] if joint else (ranked[1] if len(ranked) > 1 else "")
    return (ranked[0] if ranked and ranked[0] != right else ""), right


def _slider(
    shown: ShownPicture, uris: Embedded, names: Sequence[str], bpp: float, with_reference: bool
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


def _note(shown: Shown, bpp: float) -> str:
    said = [f"{shown.bpp:.3f} bpp", f"quality {shown.quality:g}"]
    if shown.psnr is not None:
        said.append(f"{shown.psnr:.2f} dB")
    if shown.ssim is not None:
        said.append(f"SSIM {shown.ssim:.3f}")
    if not 1 / _FAR <= shown.bpp / bpp <= _FAR:
        said.append("the nearest that it has")
    return " · ".join(text.replace(" ", "\u00a0") for text in said)  # broken between facts only


def _of(shown: ShownPicture, name: str) -> Shown | None:
    return next((one for one in shown.shown if one.name == name), None)


def _has_reference(shown: ShownPicture) -> bool:
    return shown.picture.reference not in (None, shown.picture.source)
