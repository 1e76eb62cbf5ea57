"""Pipelines: which enhancer and which codec a picture goes through, and in which order.

joint             one network enhances and compresses (Joint-IC-LL, AAAI 2024)
ebc:ENH+CODEC     enhance before compress: the sender enhances
cbe:CODEC+ENH     compress before enhance: the receiver enhances
plain:CODEC       compress only
enhance:ENH       enhance only; what is sent is a PNG
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from llcodec.bench.codecs.codec import BenchCodec
from llcodec.bench.codecs.lossless import PngCodec
from llcodec.bench.codecs.registry import CodecOptions, codec_of
from llcodec.bench.enhancers.classical import Nothing
from llcodec.bench.enhancers.enhancer import BenchEnhancer
from llcodec.bench.enhancers.registry import enhancer_of
from llcodec.data.pairs import Pixels
from llcodec.errors import InputError

Order = Literal["joint", "ebc", "cbe", "plain", "enhance"]
_START = re.compile(r"(?:joint(?=$|:|,)|(?:ebc|cbe|plain|enhance):)")

DEFAULT_PIPELINES = (
    "joint",
    *(f"ebc:{enhancer}+{codec}" for enhancer in ("nerco", "lime") for codec in ("jpeg", "avif")),
    *(f"cbe:{codec}+{enhancer}" for enhancer in ("nerco", "lime") for codec in ("jpeg", "avif")),
)


@dataclass(frozen=True)
class Pipeline:
    """A codec with an enhancer before or after it, either of which may do nothing."""

    name: str
    order: Order
    codec: BenchCodec
    before: BenchEnhancer = field(default_factory=Nothing)
    after: BenchEnhancer = field(default_factory=Nothing)

    @property
    def qualities(self) -> tuple[float, ...]:
        """The codec's usual qualities."""
        return self.codec.qualities

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


def pipeline_of(spec: str, options: CodecOptions | None = None) -> Pipeline:
    """Return the pipeline of a text.

    Raises InputError if it is none, or if a part of it cannot be had.
    """
    options = options or CodecOptions()
    kind, _, rest = spec.partition(":")
    name = name_of(spec)
    if kind == "joint":
        return Pipeline(name, "joint", codec_of(spec, options))
    if kind == "plain" and rest:
        return Pipeline(name, "plain", codec_of(rest, options))
    if kind == "enhance" and rest:
        return Pipeline(name, "enhance", PngCodec(), before=enhancer_of(rest, options.device))
    if kind == "ebc":
        enhancer, _, codec = rest.rpartition("+")
        if enhancer and codec:
            before = enhancer_of(enhancer, options.device)
            return Pipeline(name, "ebc", codec_of(codec, options), before=before)
    if kind == "cbe":
        codec, _, enhancer = rest.partition("+")
        if enhancer and codec:
            after = enhancer_of(enhancer, options.device)
            return Pipeline(name, "cbe", codec_of(codec, options), after=after)
    raise InputError(
        f"no pipeline {spec!r}: write joint, ebc:ENHANCER+CODEC, cbe:CODEC+ENHANCER, plain:CODEC "
        "or enhance:ENHANCER"
    )


def name_of(spec: str) -> str:
    """Return what results call a pipeline: a text that can be the name of a file."""
    return re.sub(r"[^A-Za-z0-9.+]+", "-", spec).strip("-.")[:80]


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
