"""The megapixels in progress on each node, and whether more may begin."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

USUAL: Final = 25.0
"""Megapixels for each worker of a node, unless the node has a limit of its own."""

_SLACK: Final = 1e-9  # shares are rounded


@dataclass
class _Node:
    workers: set[Hashable] = field(default_factory=set)


class Rooms:
    """Keeps the megapixels in progress on a node within a limit.

    A worker computes one picture at a time, so it needs room for the largest of its tasks. Most
    tasks claim an equal share of the node; a picture that turns out to be larger claims more. A
    picture above the limit of a node is processed alone there.

    Args:
        limit: megapixels in work on one node; by default, 25 for each of its workers.
    """

    def __init__(self, limit: float | None = None) -> None:
        self._limit = limit
        self._nodes: dict[str, _Node] = {}
        self._node_of: dict[Hashable, str] = {}
        self._claims: dict[Hashable, list[float]] = {}

    def add(self, worker: Hashable, node: str) -> None:
        """Add a worker of a node."""
        self._nodes.setdefault(node, _Node()).workers.add(worker)
        self._node_of[worker], self._claims[worker] = node, []

    def remove(self, worker: Hashable) -> None:
        """Remove a worker and its claims."""
        node = self._node_of.pop(worker, None)
        self._claims.pop(worker, None)
        if node is not None:
            self._nodes[node].workers.discard(worker)

    def node(self, worker: Hashable) -> str:
        """Return the node of a worker."""
        return self._node_of[worker]

    def share(self, worker: Hashable) -> float:
        """Return the megapixels that a task of this worker may have without a claim of its own."""
        count = len(self._nodes[self._node_of[worker]].workers)
        return USUAL if self._limit is None else self._limit / count

    def fits(self, worker: Hashable, megapixels: float) -> bool:
        """Return whether a worker may begin a task of this size."""
        workers = self._nodes[self._node_of[worker]].workers
        load = sum(self._need(each) for each in workers)
        if load == 0:
            return True
        limit = USUAL * len(workers) if self._limit is None else self._limit
        own = self._need(worker)
        return load - own + max(own, megapixels) <= limit + _SLACK

    def claim(self, worker: Hashable, megapixels: float) -> None:
        """Record that a worker has one more task."""
        self._claims[worker].append(megapixels)

    def release(self, worker: Hashable, megapixels: float) -> None:
        """Record that a worker has finished a task."""
        self._claims[worker].remove(megapixels)

    def _need(self, worker: Hashable) -> float:
        return max(self._claims[worker], default=0.0)
