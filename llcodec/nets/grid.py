"""The grid of cells over which the pooled attention runs, for features of any size."""

from typing import Final

MAX_TOKENS: Final = 1024
"""Cells of a grid, at most."""

_LEAST_CELL = 4.0  # positions a side


def attention_grid(height: int, width: int) -> tuple[int, int]:
    """Return a grid of at most ``MAX_TOKENS`` cells, each at least 4×4 and nearly square."""
    cell = max(_LEAST_CELL, (height * width / MAX_TOKENS) ** 0.5)
    rows, columns = (min(MAX_TOKENS, max(1, int(n / cell))) for n in (height, width))
    return rows, columns
