"""Codecs by name, as on the command line: ``NAME`` or ``NAME:PATH``.

``joint`` and ``llc`` may be followed by a detail and a look: ``joint,detail=0.7`` or
``joint:PATH,detail=1,look=FILE``. The path of a look contains no comma.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from llcodec._shipped import shipped_codecs
from llcodec.bench.codecs.cache import CachedCodec
from llcodec.bench.codecs.compressai_weights import MODELS, UNPUBLISHED
from llcodec.bench.codecs.pillow import HeicCodec, JxlCodec, PngCodec, avif, jpeg, webp
from llcodec.bench.codecs.vtm import Depth, VtmCodec, find_vtm
from llcodec.bench.codecs.vvc import Preset, VvcCodec
from llcodec.bench.interfaces import BenchCodec
from llcodec.bench.programs import TIMEOUT
from llcodec.errors import InputError

if TYPE_CHECKING:
    from llcodec.bench.codecs.llc import Shown, Use

_OURS = re.compile(r"(?:joint|llc)(?=[:,]|\Z)")  # codecs whose pictures can have more detail
_LOOK = re.compile(r",detail=(\d+(?:\.\d+)?)(?:,look=([^,]+))?\Z")
_LOOK_SYNTAX = "[,detail=D[,look=FILE]]"


@dataclass(frozen=True)
class CodecOptions:
    """The options that codecs share.

    Attributes:
        vtm: the folder of VTM; by default that of ``LLC_VTM_DIR``.
        cache: the folder for cached runs of slow codecs (VTM, VVC, AVIF); None for no cache.
        device: of the float networks of our own codecs: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        timeout: how many seconds one run of a program may take.
        jobs: how many processes measure at the same time; recorded with the times of cached runs.
    """

    vtm: Path | None = None
    cache: Path | None = None
    device: str = "cpu"
    timeout: float = TIMEOUT
    jobs: int = 1


_Builder: TypeAlias = Callable[[CodecOptions], BenchCodec]


def known_codecs() -> tuple[str, ...]:
    """Return the names of all codecs; PATH stands for a file or a folder."""
    optional = (f"{name}[:PATH]" for name in MODELS)
    paths = (f"{name}:PATH" for name in _WITH_PATH if name != "llc")
    ours = (f"{name}{_LOOK_SYNTAX}" for name in ("joint[:PATH]", "llc:PATH"))
    return (*_WITHOUT_PATH, *optional, *paths, *ours)


def is_codec(spec: str) -> bool:
    """Return whether a text names a known codec, installed or not."""
    name, _, path = _without_look(spec).partition(":")
    if name in _WITHOUT_PATH:
        return not path
    return name in (*MODELS, "joint") or (name in _WITH_PATH and bool(path))


def codec_of(spec: str, options: CodecOptions | None = None) -> BenchCodec:
    """Return a codec by its name, or by its name and a path, as in ``NAME:PATH``.

    Raises InputError if it is unknown (the message lists the known ones) or a library is missing
    (the message says how to install it), and the errors of the codec itself.
    """
    if not is_codec(spec):
        raise InputError(f"unknown codec {spec!r} (known: {', '.join(known_codecs())})")
    options = options or CodecOptions()
    name, _, path = _without_look(spec).partition(":")
    if name in _WITHOUT_PATH:
        return _WITHOUT_PATH[name](options)
    if name in (*MODELS, *UNPUBLISHED):
        return _zoo_model(name, path)
    shown = _shown(spec)
    return _joint(path, options, shown) if name == "joint" else _any_llc(path, options, shown)


def _without_look(spec: str) -> str:
    """Return a text without its detail and look, which only our own codecs have."""
    return _LOOK.sub("", spec) if _OURS.match(spec) else spec


def _shown(spec: str) -> "Shown":
    """Return the detail and the look of a text. Raises InputError for a look without detail."""
    from llcodec.bench.codecs.llc import NO_LOOK, Shown

    match = _LOOK.search(spec)
    if match is None:
        return NO_LOOK
    shown = Shown(float(match[1]), match[2])
    if shown.look is not None and not shown.detail:
        raise InputError(f"{spec!r}: a look needs a detail above 0")
    return shown


def _cached(codec: BenchCodec, options: CodecOptions) -> BenchCodec:
    return codec if options.cache is None else CachedCodec(codec, options.cache, options.jobs)


def _vvc(preset: Preset, options: CodecOptions) -> BenchCodec:
    return _cached(VvcCodec(preset, timeout=options.timeout), options)


def _vtm(depth: Depth, options: CodecOptions) -> BenchCodec:
    codec = VtmCodec(find_vtm(options.vtm), depth, timeout=options.timeout)
    return _cached(codec, options)


# Codecs that need PyTorch are imported in functions, so that the others do not load it.


def _zoo_model(name: str, path: str) -> BenchCodec:
    from llcodec.bench.codecs.compressai import CompressaiCodec

    return CompressaiCodec(name, Path(path) if path else None)


def _shipped(name: str) -> _Builder:
    return lambda options: _llc(name, name, "plain", options)


def _joint(path: str, options: CodecOptions, shown: "Shown") -> BenchCodec:
    from llcodec.codec.models import DEFAULT_MODEL

    return _llc("joint", path or DEFAULT_MODEL, "joint", options, shown)


def _any_llc(path: str, options: CodecOptions, shown: "Shown") -> BenchCodec:
    name = Path(path).name if _is_folder(path) else Path(path).stem
    return _llc(f"llc-{name}", path, "any", options, shown)


def _llc(
    name: str, model: str, use: "Use", options: CodecOptions, shown: "Shown | None" = None
) -> BenchCodec:
    """Return the codec of a model, or of a folder of models with one rate each."""
    from llcodec.bench.codecs.llc import NO_LOOK, LlcCodec, LlcLadder

    shown = shown or NO_LOOK
    if not _is_folder(model):
        return LlcCodec(name, model, use=use, device=options.device, shown=shown)
    if shown.detail:
        raise InputError(f"{model}: a look belongs to one model, not to a folder of them")
    return LlcLadder(name, Path(model), use=use, device=options.device)


def _is_folder(model: str) -> bool:
    return Path(model).is_dir() and model not in shipped_codecs()


_WITH_PATH = (*UNPUBLISHED, "llc")
_WITHOUT_PATH: Mapping[str, _Builder] = MappingProxyType(
    {
        "jpeg": lambda _: jpeg(),
        "jpeg444": lambda _: jpeg("4:4:4"),
        "webp": lambda _: webp(),
        "avif": lambda options: _cached(avif(), options),
        "avif420": lambda options: _cached(avif("4:2:0"), options),
        "png": lambda _: PngCodec(),
        "jxl": lambda _: JxlCodec(),
        "heic": lambda _: HeicCodec(),
        "heic444": lambda _: HeicCodec("4:4:4"),
        "vvc": lambda options: _vvc("medium", options),
        "vvc-fast": lambda options: _vvc("fast", options),
        "vtm": lambda options: _vtm(8, options),
        "vtm-10bit": lambda options: _vtm(10, options),
        "base": _shipped("base"),
        "base-2": _shipped("base-2"),
    }
)
