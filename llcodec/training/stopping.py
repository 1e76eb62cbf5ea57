"""End a run cleanly after a signal."""

import signal
from dataclasses import dataclass, field
from types import FrameType
from typing import Any


@dataclass
class StopRequest:
    """Set by SIGTERM and SIGINT: finish the step, write a checkpoint, and end.

    It handles the signals in a ``with`` block and restores their handlers afterwards.
    """

    requested: bool = False
    signals: tuple[int, ...] = field(default=(signal.SIGTERM, signal.SIGINT))

    before: dict[int, Any] = field(default_factory=dict)

    def __enter__(self) -> "StopRequest":
        self.before = {number: signal.signal(number, self._ask) for number in self.signals}
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
