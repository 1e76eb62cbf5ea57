"""Check the numbers of a recipe before a long training starts."""

import math
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from llcodec.errors import InputError


def check_least(least: float, **values: float | None) -> None:
    """Raise InputError unless all ``values`` that are given are ``least`` or more."""
    for name, value in values.items():
        if value is not None and not value >= least:
            raise InputError(f"{name} must be at least {least:g}, not {value:g}")


def check_positive(**values: float | None) -> None:
    """Raise InputError unless all ``values`` that are given are finite and above zero."""
    for name, value in values.items():
        if value is not None and not 0 < value < math.inf:
            raise InputError(f"{name} must be above 0, and finite, not {value:g}")


def check_weights(**values: float) -> None:
    """Raise InputError unless all ``values`` are finite and not negative."""
    for name, value in values.items():
        if not 0 <= value < math.inf:
            raise InputError(f"{name} must be at least 0, and finite, not {value:g}")


def check_shares(**values: float) -> None:
    """Raise InputError unless all ``values`` are between 0 and 1."""
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise InputError(f"{name} must be between 0 and 1, not {value:g}")


def check_decays(**values: float) -> None:
    """Raise InputError unless all ``values`` are at least 0 and below 1, as decays are."""
    for name, value in values.items():
        if not 0 <= value < 1:
            raise InputError(f"{name} must be at least 0 and below 1, not {value:g}")


def check_backbones(backbones: Collection[str]) -> None:
    """Raise InputError unless there are names of backbones, and each once."""
    if not backbones or len(set(backbones)) < len(backbones):
        raise InputError("backbones must have at least one name, and each once")


def check_sizes(preset: Any, may_be_zero: Collection[str] = ()) -> None:
    """Raise InputError unless all integers of a preset are at least 1, or 0 for ``may_be_zero``.

    Networks without channels could be built, but would learn nothing.
    """
    for name, value in asdict(preset).items():
        for size in value if isinstance(value, tuple) else (value,):
            if type(size) is int:
                check_least(0 if name in may_be_zero else 1, **{f"model.{name}": size})
