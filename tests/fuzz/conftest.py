"""The modules of ``fuzz/`` that need no fuzzer."""

from importlib import import_module
from types import ModuleType

import pytest

NAMES = (
    "bounds",
    "checks",
    "fuzz_container",
    "fuzz_decode",
    "fuzz_entropy",
    "golden",
    "log",
    "mutation",
    "recoding",
    "tally",
)


@pytest.fixture(scope="package")
def fuzz() -> dict[str, ModuleType]:
    """The modules by name."""
    return {name: import_module(f"fuzz.{name}") for name in NAMES}
