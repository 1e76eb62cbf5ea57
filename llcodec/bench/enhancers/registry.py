"""Enhancers by name, as the command line has them: ``NAME``, ``NAME:PATH`` or ``cmd:COMMAND``."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from llcodec._cards import shipped_enhancers
from llcodec.bench.enhancers.classical import Clahe, Gamma, Lime, Nothing, Retinex
from llcodec.bench.enhancers.command import CommandEnhancer
from llcodec.bench.enhancers.enhancer import BenchEnhancer
from llcodec.errors import InputError

_CLASSICAL: Mapping[str, Callable[[], BenchEnhancer]] = MappingProxyType(
    {"none": Nothing, "gamma": Gamma, "clahe": Clahe, "msrcr": Retinex, "lime": Lime}
)
_LEARNED = ("joint", "nerco", "snr-aware")


def known_enhancers() -> tuple[str, ...]:
    """Return how all enhancers are asked for; PATH stands for a weight file."""
    shipped = (name for name in shipped_enhancers() if name not in _LEARNED)
    return (*_CLASSICAL, *(f"{name}[:PATH]" for name in _LEARNED), *shipped, "cmd:COMMAND")


def enhancer_of(spec: str, device: str = "cpu") -> BenchEnhancer:
    """Return the enhancer of a name, or of a name and what follows a colon.

    Raises InputError if there is none (the message lists those that there are), ModelError if its
    weights cannot be had.
    """
    name, _, rest = spec.partition(":")
    if name in _CLASSICAL and not rest:
        return _CLASSICAL[name]()
    if name == "cmd" and rest:
        return CommandEnhancer(rest)
    if name in _LEARNED or (name in shipped_enhancers() and not rest):
        from llcodec.bench.enhancers.learned import LearnedEnhancer  # PyTorch

        return LearnedEnhancer(name, rest or name, device)
    raise InputError(f"unknown enhancer {spec!r} (known: {', '.join(known_enhancers())})")
