"""Enhancers by name, as on the command line: ``NAME``, ``NAME:PATH`` or ``cmd:COMMAND``."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from llcodec._families import FAMILIES
from llcodec._shipped import shipped_enhancers
from llcodec.bench.enhancers.classical import Clahe, Gamma, Identity, Retinex
from llcodec.bench.enhancers.command import CommandEnhancer
from llcodec.bench.enhancers.exported import (
    ExportedEnhancer,
    exported_file,
    load_onnx,
    load_torch,
)
from llcodec.bench.enhancers.illumination import Lecarm, Lime, Sdd
from llcodec.bench.interfaces import BenchEnhancer
from llcodec.bench.programs import TIMEOUT
from llcodec.enhancing.names import JOINT
from llcodec.errors import InputError

_CLASSICAL: Mapping[str, Callable[[], BenchEnhancer]] = MappingProxyType(
    {
        "none": Identity,
        "gamma": Gamma,
        "clahe": Clahe,
        "msrcr": Retinex,
        "lime": Lime,
        "lecarm": Lecarm,
        "sdd": Sdd,
    }
)
# Families whose weight files enhance; the codec does so as the joint network.
_LEARNED = (JOINT, *(family.name for family in FAMILIES if family.kind == "enhancer"))
_EXPORTED = ("onnx", "torch")
_SMG = "smg"
_COMMAND = "cmd"


def known_enhancers() -> tuple[str, ...]:
    """Return the names of all enhancers; PATH stands for a weight file."""
    shipped = (name for name in shipped_enhancers() if name not in _LEARNED)
    learned = (f"{name}[:PATH]" for name in _LEARNED)
    exported = (f"{name}:FILE" for name in _EXPORTED)
    return (*_CLASSICAL, *learned, *shipped, f"{_SMG}:PATH", *exported, f"{_COMMAND}:COMMAND")


def is_enhancer(spec: str) -> bool:
    """Return whether a text names a known enhancer, installed or not."""
    name, _, rest = spec.partition(":")
    if name in _CLASSICAL:
        return not rest
    if name in (_COMMAND, _SMG, *_EXPORTED):
        return bool(rest)
    return name in _LEARNED or (name in shipped_enhancers() and not rest)


def enhancer_of(spec: str, device: str = "cpu", timeout: float = TIMEOUT) -> BenchEnhancer:
    """Return an enhancer by its name, or by its name and what follows a colon.

    ``device`` is that of networks in PyTorch; ``timeout`` is the limit of one run of a command, in
    seconds.
    Raises InputError if it is unknown (the message lists the known ones), ModelError if its weights
    are not available.
    """
    if not is_enhancer(spec):
        raise InputError(f"unknown enhancer {spec!r} (known: {', '.join(known_enhancers())})")
    name, _, rest = spec.partition(":")
    if name in _CLASSICAL:
        return _CLASSICAL[name]()
    if name == _COMMAND:
        return CommandEnhancer(rest, timeout)
    if name in _EXPORTED:
        return _exported(name, rest, device)
    if name == _SMG:
        from llcodec.bench.enhancers.smg import SmgEnhancer  # PyTorch

        return SmgEnhancer(Path(rest), device)
    from llcodec.bench.enhancers.learned import LearnedEnhancer

    return LearnedEnhancer(name, rest or name, device)


def _exported(kind: str, text: str, device: str) -> BenchEnhancer:
    load = load_onnx if kind == "onnx" else partial(load_torch, device=device)
    return ExportedEnhancer(kind, exported_file(text), load)
