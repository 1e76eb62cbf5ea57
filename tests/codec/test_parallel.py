import threading
from collections.abc import Iterator

import pytest
import torch

from llcodec.codec.parallel import parallel_map


@pytest.fixture
def threads() -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield 3
    torch.set_num_threads(before)


def test_results_come_in_order_and_threads_are_given_back(threads: int) -> None:
    assert list(parallel_map(lambda n: n * n, range(10), at_most=8)) == [n * n for n in range(10)]
    assert torch.get_num_threads() == threads


def test_each_item_has_one_thread_and_as_many_run_as_there_are(threads: int) -> None:
    """Nobody passes the barrier before three have come to it."""
    barrier = threading.Barrier(threads, timeout=30)

    def work(_: int) -> int:
        barrier.wait()
        return torch.get_num_threads()

    assert list(parallel_map(work, range(threads), at_most=8)) == [1] * threads


def test_one_item_keeps_the_thread_it_is_called_from(threads: int) -> None:
    assert list(parallel_map(lambda _: threading.get_ident(), [0], at_most=8)) == [
        threading.get_ident()
    ]


def test_errors_are_passed_on_and_threads_given_back(threads: int) -> None:
    with pytest.raises(ZeroDivisionError):
        list(parallel_map(lambda n: 1 // n, [1, 0, 1], at_most=8))
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("at_most", [0, 1])
def test_a_bound_below_two_is_one_after_the_other(threads: int, at_most: int) -> None:
    here = threading.get_ident()
    assert list(parallel_map(lambda _: threading.get_ident(), [0, 1], at_most)) == [here, here]


def test_never_more_at_once_than_the_bound(threads: int) -> None:
    running, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(2, timeout=30)

    def work(_: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait()
        with lock:
            running -= 1

    list(parallel_map(work, range(6), at_most=2))
    assert most == 2
