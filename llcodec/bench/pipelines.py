"""Pipelines: which enhancer and which codec a picture goes through, and in which order.

joint             one network enhances and compresses (Joint-IC-LL, AAAI 2024)
ebc:ENH+CODEC     enhance before compress: the sender enhances
cbe:CODEC+ENH     compress before enhance: the receiver enhances
plain:CODEC       compress only
enhance:ENH       enhance only; what is sent is a PNG
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

from llcodec.bench.codecs.codec import BenchCodec
from llcodec.bench.codecs.registry import CodecOptions, codec_of, is_codec
from llcodec.bench.enhancers.classical import Nothing
from llcodec.bench.enhancers.enhancer import BenchEnhancer
from llcodec.bench.enhancers.registry import enhancer_of, is_enhancer
from llcodec.data.pairs import Pixels
from llcodec.errors import InputError

Order = Literal["joint", "ebc", "cbe", "plain", "enhance"]
NONE = "none"
"""The name of the enhancer that changes nothing."""

_START = re.compile(r"(?:joint(?=$|:|,)|(?:ebc|cbe|plain|enhance):)")
_LONGEST = 80  # characters of a name
_DIGITS = 8  # of a hash that tells names apart


@dataclass(frozen=True)
class Pipeline:
    """A codec with an enhancer before or after it, either of which may do nothing."""

    name: str
    order: Order
    codec: BenchCodec
    before: BenchEnhancer = field(default_factory=Nothing)
    after: BenchEnhancer = field(default_factory=Nothing)

    def qualities_of(self, wanted: tuple[float, ...] | None) -> tuple[float, ...]:
        """Return the qualities to run at: those that are wanted, by default the codec's own.

        A codec that has one quality only has that one, whatever is wanted of the others.
        """
        own = self.codec.qualities
        return own if not wanted or len(own) == 1 else wanted

    @cached_property
    def brightens(self) -> bool:
        """Whether what comes out shall be brighter than what goes in."""
        if {self.before.name, self.after.name} != {NONE}:
            return True
        return self.codec.settings().parameters.get("brightens") is True

    def record(self) -> dict[str, Any]:
        """Return all that decides the pipeline's results, as it stands in their record."""
        return {
            "order": self.order,
            "codec": {"name": self.codec.name, **asdict(self.codec.settings())},
            "before": {"name": self.before.name, **asdict(self.before.settings())},
            "after": {"name": self.after.name, **asdict(self.after.settings())},
        }

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the file of a picture, H×W×3; its enhancement by the sender is part of this."""
        return self.codec.encode(self.before.enhance(pixels), quality)

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file; its enhancement by the receiver is part of this."""
        return self.after.enhance(self.codec.decode(data))


@dataclass(frozen=True)
class Parts:
    """What a pipeline is made of: the texts of its codec and its enhancers, none of them built."""

    order: Order
    codec: str
    before: str = NONE
    after: str = NONE


def pipeline_of(spec: str, options: CodecOptions | None = None) -> Pipeline:
    """Return the pipeline of a text.

    Raises InputError if it is none, or if a part of it cannot be had.
    """
    options = options or CodecOptions()
    parts = parts_of(spec)
    before, after = (
        enhancer_of(text, options.device, options.timeout) for text in (parts.before, parts.after)
    )
    return Pipeline(name_of(spec), parts.order, codec_of(parts.codec, options), before, after)


def parts_of(spec: str) -> Parts:
    """Return the parts of a pipeline's text. Raises InputError if it is no pipeline."""
    kind, _, rest = spec.partition(":")
    if kind == "joint":
        return Parts("joint", spec)
    if kind == "plain" and rest:
        return Parts("plain", rest)
    if kind == "enhance" and rest:
        return Parts("enhance", "png", before=rest)
    splits = list(_splits(rest))
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
    """Yield what stands before and after each plus, where both are something."""
    for place, letter in enumerate(text):
        if letter == "+" and 0 < place < len(text) - 1:
            yield text[:place], text[place + 1 :]


def _known(
    splits: Sequence[tuple[str, str]], first: Callable[[str], bool], second: Callable[[str], bool]
) -> tuple[str, str]:
    """Return the first split whose parts are known: paths and commands may hold a plus, too.

    If there is none, the first of all, so that what is wrong with its parts can be told.
    """
    return next((split for split in splits if first(split[0]) and second(split[1])), splits[0])


def name_of(spec: str) -> str:
    """Return what results call a pipeline: a text that can be the name of a file.

    Where that cannot hold all of a pipeline's text, 8 digits of its SHA-256 tell it from others
    that would be called alike.
    """
    name = re.sub(r"[^A-Za-z0-9.+]+", "-", spec).strip("-.")
    if name == spec.replace(":", "-") and len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(spec.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]
    return f"{name[: _LONGEST - _DIGITS - 1].rstrip('-.')}-{digest}"


def check_names(specs: Sequence[str]) -> None:
    """Raise InputError if two different pipelines would be called alike.

    Their results would be one file, on file systems without upper and lower case as well.
    """
    called: dict[str, str] = {}
    for spec in specs:
        name = name_of(spec)
        first = called.setdefault(name.lower(), spec)
        if first != spec:
            raise InputError(f"{first!r} and {spec!r} would both be called {name}: run them apart")


def split_pipelines(texts: Sequence[str]) -> list[str]:
    """Return the pipelines of texts that may hold several, with commas between them.

    A comma only counts where a pipeline begins after it, so that commands may hold commas. Each
    pipeline counts once. Raises InputError if a text does not begin with one.
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
