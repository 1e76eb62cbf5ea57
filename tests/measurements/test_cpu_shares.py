"""What is measured; the shares belong to the committed result."""

import time
from pathlib import Path

from measurements.cpu_shares import Timed, jpeg, measure, shares

LANTERN = Path(__file__).parents[2] / "examples" / "lantern.jpg"


class Sleeper:
    """Something that works for a while."""

    number = 3

    def work(self, seconds: float) -> float:
        """Use a CPU for so long."""
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass
        return seconds


def test_methods_are_measured_and_the_rest_is_not() -> None:
    timed = Timed(Sleeper())
    assert (timed.number, timed.work(0.05)) == (3, 0.05)
    assert timed.seconds >= 0.05

    def job() -> None:
        timed.work(0.06)
        Sleeper().work(0.02)

    found = measure(job, timed)
    assert 0.08 <= found["seconds"] < 0.2
    assert 0.5 < found["networks"] < 0.9


def test_the_networks_are_a_part_of_each() -> None:
    found = shares("fast", jpeg(LANTERN, (64, 48)))
    assert len(found) == 4
    for each in found.values():
        assert 0 < each["networks"] < 1
