import threading
from collections.abc import Iterator

import pytest

from llcodec.codec.parallel import map_beside, parallel_map


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


def test_items_are_made_here_and_worked_on_in_one_other_thread() -> None:
    here = threading.get_ident()

    def items() -> Iterator[int]:
        for number in range(4):
            assert threading.get_ident() == here
            yield number

    results = list(map_beside(lambda n: (n * n, threading.get_ident()), items()))
    assert [value for value, _ in results] == [0, 1, 4, 9]
    assert len({thread for _, thread in results} - {here}) == 1


def test_the_first_item_is_worked_on_while_the_second_is_made() -> None:
    """The barrier needs both threads."""
    barrier = threading.Barrier(2, timeout=30)

    def items() -> Iterator[int]:
        yield 0
        barrier.wait()

    assert len(list(map_beside(lambda _: barrier.wait(), items()))) == 1


def test_an_item_that_cannot_be_made_drops_the_one_that_waits() -> None:
    started, go_on = threading.Event(), threading.Event()
    done: list[int] = []

    def items() -> Iterator[int]:
        yield from range(2)
        started.wait(30)
        threading.Timer(0.05, go_on.set).start()
        raise ZeroDivisionError

    def work(number: int) -> None:
        started.set()
        go_on.wait(30)
        done.append(number)

    with pytest.raises(ZeroDivisionError):
        list(map_beside(work, items()))
    assert done == [0]


def test_a_failure_is_passed_on_before_more_items_are_made_than_can_wait() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(10):
            made.append(number)
            yield number

    with pytest.raises(ZeroDivisionError):
        list(map_beside(lambda number: 1 // number, items()))
    assert made == [0, 1, 2]


def test_one_thread_makes_an_item_and_works_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llcodec.codec.parallel.thread_count", lambda: 1)
    here = threading.get_ident()
    assert list(map_beside(lambda _: threading.get_ident(), range(2))) == [here, here]
