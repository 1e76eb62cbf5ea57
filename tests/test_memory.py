import sys

import numpy as np
import pytest

from llcodec._memory import is_out_of_memory, release_memory
from measurements.heap import reading


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep memory as they like")
def test_freed_memory_goes_back_to_the_system() -> None:
    """Every other block is freed: the holes lie in the middle of the heap."""
    blocks = [np.ones(10_000) for _ in range(1600)]  # 128 MB in blocks of 80 kB
    del blocks[::2]
    fragmented = reading().resident_mb
    release_memory()
    assert reading().resident_mb < fragmented - 40
    assert len(blocks) == 800


def test_errors_that_say_that_memory_is_short() -> None:
    torchs = RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried")
    assert is_out_of_memory(torchs)
    assert is_out_of_memory(MemoryError())
    assert not is_out_of_memory(RuntimeError("shapes do not match"))
    assert not is_out_of_memory(OSError("out of memory"))
