"""The harnesses are a package of the checkout, which is not installed."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
NAMES = (
    "bounds",
    "fuzz_container",
    "fuzz_decode",
    "fuzz_entropy",
    "golden",
    "log",
    "mutation",
    "outcome",
    "recoding",
    "tally",
)


@pytest.fixture(scope="package")
def fuzz() -> Iterator[dict[str, ModuleType]]:
    """The modules of ``fuzz/`` that need no fuzzer, by name."""
    sys.path.insert(0, str(ROOT))
    try:
        yield {name: import_module(f"fuzz.{name}") for name in NAMES}
    finally:
        sys.path.remove(str(ROOT))
