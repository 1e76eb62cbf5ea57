import threading

import numpy as np
import pytest

from llcodec.training.prefetch import Prefetcher


def draw(rng: np.random.Generator, number: int = 0) -> list[float]:
    return [*rng.random(3), number]


def test_batches_and_states_are_those_without_it() -> None:
    """Whenever one looks, the generator is as if no batch had been drawn ahead."""
    plain, rng = np.random.default_rng(5), np.random.default_rng(5)
    prefetcher = Prefetcher(draw, rng)
    for number in range(5):
        assert prefetcher.next(number, more=number < 4) == draw(plain, number)
        assert rng.bit_generator.state == plain.bit_generator.state


def test_a_batch_drawn_from_another_state_is_dropped() -> None:
    rng = np.random.default_rng(5)
    prefetcher = Prefetcher(draw, rng)
    prefetcher.next(0)
    rng.bit_generator.state = np.random.default_rng(6).bit_generator.state  # as a resume does
    assert prefetcher.next(1) == draw(np.random.default_rng(6), 1)


def test_the_next_batch_is_made_meanwhile() -> None:
    made = threading.Event()

    def noted(rng: np.random.Generator, number: int) -> float:
        drawn = rng.random()
        if drawn != first:
            made.set()
        return drawn

    first = np.random.default_rng(5).random()
    prefetcher = Prefetcher(noted, np.random.default_rng(5))
    assert prefetcher.next(0) == first
    assert made.wait(10)  # without having been asked for


def test_what_goes_wrong_is_raised_where_the_batch_is_needed() -> None:
    def failing(rng: np.random.Generator, number: int) -> float:
        raise ValueError("no picture")

    with pytest.raises(ValueError, match="no picture"):
        Prefetcher(failing, np.random.default_rng(5)).next(0)
