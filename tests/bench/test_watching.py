import sys

import pytest

from llcodec.bench.watching import peak_of
from llcodec.errors import InputError

pytest.importorskip("resource", reason="this system does not tell peak memory")

HOLD = "import sys; held = bytearray({} * 10**6)"
# The outer process is small, the inner one is not.
NESTED = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLD.format(200)!r}])"


def peak(code: str) -> float:
    found = peak_of([sys.executable, "-c", code])
    assert found is not None
    return found


def test_the_peak_is_that_of_the_program_alone() -> None:
    ours = bytearray(300 * 10**6)  # what this process holds does not count
    idle = peak("pass")
    assert len(ours) == 300 * 10**6
    assert 1 < idle < 60
    assert peak(HOLD.format(100)) - idle == pytest.approx(100, abs=5)


def test_what_was_given_back_counts() -> None:
    assert peak(f"{HOLD.format(100)}; del held") > 100


def test_programs_of_the_program_count() -> None:
    assert 200 < peak(NESTED) < 260


def test_a_program_that_fails_is_told() -> None:
    with pytest.raises(InputError, match="out of coffee"):
        peak_of([sys.executable, "-c", "import sys; sys.exit('out of coffee')"])
