import os
import signal
import sys
from concurrent.futures.process import BrokenProcessPool

import pytest
import torch

from llcodec.bench.workers import Workers, threads_of


def test_the_pool_is_made_once_and_works_elsewhere() -> None:
    with Workers(2) as workers:
        pool = workers.pool()
        assert pool.submit(os.getpid).result() != os.getpid()
        assert workers.pool() is pool
        assert pool.submit(torch.get_num_threads).result() == threads_of(2) == 1
    assert threads_of(1) == torch.get_num_threads()
    with pytest.raises(RuntimeError, match="shutdown"):
        pool.submit(os.getpid)


@pytest.mark.skipif(sys.platform == "win32", reason="processes there are ended in other ways")
def test_after_a_death_there_is_another_pool() -> None:
    with Workers(2) as workers:
        broken = workers.pool()
        with pytest.raises(BrokenProcessPool):
            broken.submit(signal.raise_signal, signal.SIGKILL).result()
        with pytest.raises(BrokenProcessPool):
            workers.pool().submit(os.getpid)
        workers.renew()
        assert workers.pool().submit(os.getpid).result() != os.getpid()
