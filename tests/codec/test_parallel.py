import threading

import pytest

from llcodec.codec.parallel import parallel_map


@pytest.fixture(autouse=True)
def _threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llcodec.codec.parallel.thread_count", lambda: 3)


def test_results_come_in_order() -> None:
    assert list(parallel_map(lambda n: n * n, range(10), at_most=8)) == [n * n for n in range(10)]


def test_as_many_run_as_there_are_threads() -> None:
    """Nobody passes the barrier before three have come to it."""
    barrier = threading.Barrier(3, timeout=30)
    list(parallel_map(lambda _: barrier.wait(), range(3), at_most=8))


def test_one_item_keeps_the_thread_it_is_called_from() -> None:
    here = threading.get_ident()
    assert list(parallel_map(lambda _: threading.get_ident(), [0], at_most=8)) == [here]


def test_errors_are_passed_on() -> None:
    with pytest.raises(ZeroDivisionError):
        list(parallel_map(lambda n: 1 // n, [1, 0, 1], at_most=8))


@pytest.mark.parametrize("at_most", [0, 1])
def test_a_bound_below_two_is_one_after_the_other(at_most: int) -> None:
    here = threading.get_ident()
    assert list(parallel_map(lambda _: threading.get_ident(), [0, 1], at_most)) == [here, here]


def test_never_more_at_once_than_the_bound() -> None:
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
