"""Readings of memory: what is held shows, and what was freed does not."""

from mmap import mmap

import numpy as np

from llcodec._memory import release_memory
from measurements.heap import reading

_SMALL = 5_000_000  # bytes that anything else may come to meanwhile


def test_memory_in_use_is_what_is_held() -> None:
    release_memory()
    before = reading()
    held = np.ones(5_000_000)
    size = held.nbytes / 1e6
    assert abs(reading().in_use_mb - before.in_use_mb - size) < _SMALL / 1e6
    del held
    assert abs(reading().in_use_mb - before.in_use_mb) < _SMALL / 1e6


def test_the_resident_set_has_the_pages_that_were_written() -> None:
    """With a mapping of its own: an array may lie in pages that are resident already."""
    before = reading()
    held = mmap(-1, 40_000_000)
    np.frombuffer(held, np.uint8).fill(1)
    assert reading().resident_mb - before.resident_mb > 0.9 * len(held) / 1e6


def test_objects_are_counted() -> None:
    before = reading().objects
    held = [object() for _ in range(50_000)]
    assert reading().objects - before >= len(held)
