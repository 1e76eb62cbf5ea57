"""Select a few of many pictures."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def evenly_spaced(items: Sequence[T], most: int) -> list[T]:
    """Return at most ``most`` of the items, evenly spaced from the first on, in order."""
    count = min(most, len(items))
    return [items[place * len(items) // count] for place in range(count)]
