"""Readings of memory: what is held shows, and what was freed does not."""

import numpy as np

from llcodec._memory import release_memory
from measurements.heap import reading

_SMALL = 5_000_000  # bytes that anything else may come to meanwhile


def test_memory_in_use_is_what_is_held() -> None:
    release_memory()  # or what is held next may lie where something was before
    before = reading()
    held = np.ones(5_000_000)
    during = reading()
    size = held.nbytes / 1e6
    assert abs(during.in_use_mb - before.in_use_mb - size) < _SMALL / 1e6
    assert during.resident_mb - before.resident_mb > 0.9 * size
    del held
    assert abs(reading().in_use_mb - before.in_use_mb) < _SMALL / 1e6


def test_objects_are_counted() -> None:
    before = reading().objects
    held = [object() for _ in range(50_000)]
    assert reading().objects - before >= len(held)
