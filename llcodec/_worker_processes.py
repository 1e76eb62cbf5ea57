"""Call functions in several processes, one call at a time in each.

They are spawned, as threads of ONNX Runtime and PyTorch do not survive a fork. Signals of the
terminal go to the first process alone, which ends the others and removes their partial files.

Each process has an executor of its own. One executor for all would start processes while others
may be dying, and then wait forever for one that it does not know of (``terminate_broken`` in
Python 3.11 takes no lock); an executor of one process has started it before it looks for deaths.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process, resource_tracker
from queue import LifoQueue
from typing import ParamSpec, Self, TypeVar

from llcodec._outputs import remove_partial_files

_P = ParamSpec("_P")
_T = TypeVar("_T")

_OF_TERMINALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)
)


class WorkerProcesses:
    """Processes that calls are shared out to. Each is started when it is needed.

    A process that dies takes only its own call with it, and the next call has a new process. Use
    as a context manager: an exception kills all processes, otherwise they end after their calls.

    Args:
        count: how many.
        begin: called in each new process.
    """

    def __init__(self, count: int, begin: Callable[[], None]) -> None:
        self.count = count
        self._processes = [_Process(begin) for _ in range(count)]
        self._free: LifoQueue[_Process] = LifoQueue()
        for process in self._processes:
            self._free.put(process)
        self._threads = ThreadPoolExecutor(count)  # each waits for one process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        if kind is not None:
            for process in self._processes:
                process.kill()
        self._threads.shutdown()
        for process in self._processes:
            process.end()

    def submit(
        self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> "Future[_T]":
        """Call a function in one of the processes, as soon as one is free.

        The future raises BrokenProcessPool if the process dies.
        """
        return self._threads.submit(lambda: self._call(function, *args, **kwargs))

    def _call(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        process = self._free.get()
        try:
            return process.call(function, *args, **kwargs)
        finally:
            self._free.put(process)


class _Process:
    """A process that does one call at a time, and the one after it if it dies."""

    def __init__(self, begin: Callable[[], None]) -> None:
        self._begin = begin
        self._lock = threading.Lock()
        self._killed = False
        self._executor: ProcessPoolExecutor | None = None

    def call(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return the result. Raises BrokenProcessPool if the process dies."""
        with self._lock, _signals_blocked():
            if self._killed:
                raise BrokenProcessPool("the processes were ended")
            if self._executor is None:
                context = get_context("spawn")
                self._executor = ProcessPoolExecutor(1, context, _start, (self._begin,))
            future = self._executor.submit(function, *args, **kwargs)
        try:
            return future.result()
        except BrokenProcessPool:
            self.end()
            raise

    def kill(self) -> None:
        """Kill the process. Calls fail from now on."""
        with self._lock:
            self._killed = True
            if self._executor is not None:
                for process in tuple(self._executor._processes.values()):  # 3.14 has a method
                    process.terminate()

    def end(self) -> None:
        """Wait for the process to end; the next call starts another one."""
        with self._lock:
            if self._executor is not None:
                self._executor.shutdown()
                self._executor = None


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Put off signals of terminals; processes that are started meanwhile never get them."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # it lets signals through once it has started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _OF_TERMINALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(begin: Callable[[], None]) -> None:
    """Prepare a new process: it ends with the first one."""
    for number in _OF_TERMINALS:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    begin()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    remove_partial_files()
    os._exit(1)
