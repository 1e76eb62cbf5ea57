"""Pipelines: an enhancer and a codec, and the order in which a picture passes through them.

joint             one network enhances and compresses (Joint-IC-LL, AAAI 2024)
ebc:ENH+CODEC     enhance before compress: the sender enhances
cbe:CODEC+ENH     compress before enhance: the receiver enhances
plain:CODEC       compress only
enhance:ENH       enhance only; the file is a PNG
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

from PIL import features

from llcodec._arrays import Pixels
from llcodec._extras import missing
from llcodec._shipped import shipped_codecs, shipped_enhancers
from llcodec.bench.codecs.cache import CachedCodec
from llcodec.bench.codecs.registry import CodecOptions, codec_of, is_codec
from llcodec.bench.enhancers.classical import Identity
from llcodec.bench.enhancers.registry import enhancer_of, is_enhancer
from llcodec.bench.interfaces import BenchCodec, BenchEnhancer, Ladder
from llcodec.errors import InputError

Order = Literal["joint", "ebc", "cbe", "plain", "enhance"]
NONE = "none"
"""The name of the enhancer that changes nothing."""

_START = re.compile(r"(?:joint(?=$|:|,)|(?:ebc|cbe|plain|enhance):)")
_LONGEST = 80  # characters of a name
_DIGITS = 8  # of a hash that makes names unique
_BASE = "base-2"  # the newest codec without enhancement
_WARM_UP_SIDE = 256  # pixels; the longest side of the picture for the warm-up


@dataclass(frozen=True)
class Pipeline:
    """A codec with an enhancer before and after it; enhancers may do nothing."""

    name: str
    order: Order
    codec: BenchCodec
    before: BenchEnhancer = field(default_factory=Identity)
    after: BenchEnhancer = field(default_factory=Identity)

    def qualities_of(self, wanted: tuple[float, ...] | None) -> tuple[float, ...]:
        """Return the qualities to run at: those that are wanted, or those of the codec.

        A codec with a single quality always runs at that one.
        """
        own = self.codec.qualities
        return own if not wanted or len(own) == 1 else wanted

    @cached_property
    def brightens(self) -> bool:
        """Whether the output is meant to be brighter than the input."""
        if {self.before.name, self.after.name} != {NONE}:
            return True
        return self.codec.settings().parameters.get("brightens") is True

    def record(self) -> dict[str, Any]:
        """Return everything that decides the results of the pipeline, for their metadata."""
        return {
            "order": self.order,
            "codec": {"name": self.codec.name, **asdict(self.codec.settings())},
            "before": {"name": self.before.name, **asdict(self.before.settings())},
            "after": {"name": self.after.name, **asdict(self.after.settings())},
        }

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the file of a picture, H×W×3, after enhancement by the sender."""
        return self.codec.encode(self.before.enhance(pixels), quality)

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, after enhancement by the receiver."""
        return self.after.enhance(self.codec.decode(data))


@dataclass(frozen=True)
class Parts:
    """The texts of the parts of a pipeline, from which codec and enhancers are built."""

    order: Order
    codec: str
    before: str = NONE
    after: str = NONE


def pipeline_of(spec: str, options: CodecOptions | None = None) -> Pipeline:
    """Return the pipeline of a text. Raises InputError if it or one of its parts is unknown."""
    options = options or CodecOptions()
    parts = parts_of(spec)
    before, after = (
        enhancer_of(text, options.device, options.timeout) for text in (parts.before, parts.after)
    )
    return Pipeline(name_of(spec), parts.order, codec_of(parts.codec, options), before, after)


def parts_of(spec: str) -> Parts:
    """Return the parts of the text of a pipeline. Raises InputError if it is not a pipeline."""
    kind, _, text = spec.partition(":")
    if kind.partition(",")[0] == "joint":
        return Parts("joint", spec)
    if kind == "plain" and text:
        return Parts("plain", text)
    if kind == "enhance" and text:
        return Parts("enhance", "png", before=text)
    splits = list(_splits(text))
    if kind == "ebc" and splits:
        enhancer, codec = _known(splits[::-1], is_enhancer, is_codec)
        return Parts("ebc", codec, before=enhancer)
    if kind == "cbe" and splits:
        codec, enhancer = _known(splits, is_codec, is_enhancer)
        return Parts("cbe", codec, after=enhancer)
    raise InputError(
        f"no pipeline {spec!r}: write joint, ebc:ENHANCER+CODEC, cbe:CODEC+ENHANCER, plain:CODEC "
        "or enhance:ENHANCER"
    )


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Yield the texts before and after each plus, unless one is empty."""
    for place, letter in enumerate(text):
        if letter == "+" and 0 < place < len(text) - 1:
            yield text[:place], text[place + 1 :]


def _known(
    splits: Sequence[tuple[str, str]], first: Callable[[str], bool], second: Callable[[str], bool]
) -> tuple[str, str]:
    """Return the first split whose parts are both known; paths and commands may contain a plus.

    If there is none, return the first split; building its parts then raises a helpful error.
    """
    return next((split for split in splits if first(split[0]) and second(split[1])), splits[0])


def name_of(spec: str) -> str:
    """Return the name of a pipeline in results, which is valid as a file name.

    If the text of the pipeline has to be changed or shortened, 8 digits of its SHA-256 make the
    name unique.
    """
    name = re.sub(r"[^A-Za-z0-9.+]+", "-", spec).strip("-.")
    if name == spec.replace(":", "-") and len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(spec.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]
    return f"{name[: _LONGEST - _DIGITS - 1].rstrip('-.')}-{digest}"


def check_names(specs: Sequence[str]) -> None:
    """Raise InputError if two different pipelines have the same name, ignoring case.

    Their results would have the same file name.
    """
    called: dict[str, str] = {}
    for spec in specs:
        name = name_of(spec)
        first = called.setdefault(name.lower(), spec)
        if first != spec:
            raise InputError(
                f"{first!r} and {spec!r} would both have the name {name}: run them separately"
            )


def split_pipelines(texts: Sequence[str]) -> list[str]:
    """Return the pipelines of texts, each of which may contain several, separated by commas.

    Only a comma before the start of a pipeline separates, so that commands may contain commas.
    Duplicates are dropped. Raises InputError if a text does not begin with a pipeline.
    """
    found: list[str] = []
    for text in texts:
        places = (match.start() for match in _START.finditer(text))
        starts = [place for place in places if place == 0 or text[place - 1] == ","]
        if not starts or starts[0] != 0:
            pipeline_of(text.partition(",")[0])  # says what is wrong with it
        ends = [*(start - 1 for start in starts[1:]), len(text)]
        found += [text[start:end] for start, end in zip(starts, ends, strict=True)]
    return list(dict.fromkeys(found))


def default_pipelines() -> tuple[str, ...]:
    """Return the pipelines that ``llc bench`` runs by default.

    These are the joint network, and the newest shipped enhancers and LIME before and after JPEG,
    AVIF and ``base-2``, if their libraries are installed and their weights are shipped.
    """
    codecs = ["jpeg"]
    if features.check("avif"):
        codecs.append("avif")
    if _BASE in shipped_codecs():
        codecs.append(_BASE)
    enhancers = newest(shipped_enhancers())
    if not missing("skimage", "scipy"):
        enhancers.append("lime")
    return (
        "joint",
        *(f"ebc:{enhancer}+{codec}" for enhancer in enhancers for codec in codecs),
        *(f"cbe:{codec}+{enhancer}" for enhancer in enhancers for codec in codecs),
    )


def newest(names: Iterable[str]) -> list[str]:
    """Return the names without earlier weights: of ``nerco`` and ``nerco-3`` only the second."""
    latest: dict[str, tuple[int, str]] = {}
    for name in names:
        stem, _, number = name.rpartition("-")
        first = not (stem and number.isdecimal())
        key, version = (name, 1) if first else (stem, int(number))
        latest[key] = max(latest.get(key, (0, "")), (version, name))
    return [name for _, name in latest.values()]


class WarmPipeline:
    """A pipeline that runs once before its times are measured."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._used: set[float] = set()

    def warm_up(self, source: Pixels, qualities: Sequence[float]) -> None:
        """Run the pipeline once, so that measured times do not include loading.

        Its input is a corner of ``source``, H×W×3. If each quality has its own network, it runs at
        each of ``qualities`` that has not been used yet. Raises the errors of enhancers and codec.
        """
        cold = [quality for quality in qualities if quality not in self._used]
        codec, before, after = self.pipeline.codec, self.pipeline.before, self.pipeline.after
        if isinstance(codec, CachedCodec):  # a cached run would not warm up anything
            codec = codec.codec
        if not isinstance(codec, Ladder):
            cold = cold[: 0 if self._used else 1]
        if not cold:
            return
        sent = before.enhance(source[:_WARM_UP_SIDE, :_WARM_UP_SIDE])
        decoded = [codec.decode(codec.encode(sent, quality)) for quality in cold]
        after.enhance(decoded[-1])
        self._used.update(cold)
