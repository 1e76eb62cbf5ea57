import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from llcodec.bench.programs import last_line, peak_rss, run_program
from llcodec.errors import InputError


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_bytes_go_in_and_come_out() -> None:
    code = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])"
    assert run_program(python(code), b"\0\x01\xff") == b"\xff\x01\0"


def test_failures_end_with_what_the_program_said_last() -> None:
    code = "import sys; print('x'); print('bad\\nthe reason\\n\\n', file=sys.stderr); sys.exit(3)"
    with pytest.raises(InputError, match=r"failed \(exit code 3\): the reason$"):
        run_program(python(code))
    with pytest.raises(InputError, match=r"exit code 4\): on stdout$"):
        run_program(python("import sys; print('on stdout'); sys.exit(4)"))
    with pytest.raises(InputError, match="without a message"):
        run_program(python("import sys; sys.exit(1)"))


def test_programs_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^codec cannot be started: No such file") as caught:
        run_program([str(tmp_path / "codec")])
    assert str(tmp_path) not in str(caught.value)


def test_a_program_that_hangs_is_ended() -> None:
    start = time.monotonic()
    with pytest.raises(InputError, match=r"was killed after 0\.5 seconds \(--timeout\)$"):
        run_program(python("import time; time.sleep(60)"), timeout=0.5)
    assert time.monotonic() - start < 30


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no POSIX sessions to end whole")
def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import subprocess, sys, time; inner = subprocess.Popen([sys.executable, '-c', "
        f"'import time; time.sleep(60)']); open({str(note)!r}, 'w').write(str(inner.pid)); "
        "time.sleep(60)"
    )
    with pytest.raises(InputError, match="was killed"):
        run_program(python(code), timeout=3)
    inner = int(note.read_text())
    for _ in range(100):  # it is ended, and may take a moment to be gone
        if not runs(inner):
            return
        time.sleep(0.05)
    pytest.fail("the inner program goes on")


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")  # one that ended and that nobody waited for is still there
    return not (stat.is_file() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def test_without_a_limit_it_takes_its_time() -> None:
    assert run_program(python("print('done')"), timeout=None).split() == [b"done"]


def test_last_line() -> None:
    assert last_line(b"") == ""
    assert last_line(b"one\n\n two \r\n\n") == "two"
    assert last_line(b"\xff\n") == "\ufffd"


tells_memory = pytest.mark.skipif(
    find_spec("resource") is None, reason="this system does not tell peak memory"
)
HOLD = "import sys; held = bytearray({} * 10**6)"
# The outer process is small, the inner one is not.
NESTED = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLD.format(200)!r}])"


def peak(code: str) -> float:
    found = peak_rss([sys.executable, "-c", code])
    assert found is not None
    return found


@tells_memory
def test_the_peak_is_that_of_the_program_alone() -> None:
    ours = bytearray(300 * 10**6)  # what this process holds does not count
    idle = peak("pass")
    assert len(ours) == 300 * 10**6
    assert 1 < idle < 60
    assert peak(HOLD.format(100)) - idle == pytest.approx(100, abs=5)


@tells_memory
def test_what_was_given_back_counts() -> None:
    assert peak(f"{HOLD.format(100)}; del held") > 100


@tells_memory
def test_programs_of_the_program_count() -> None:
    assert 200 < peak(NESTED) < 260


@tells_memory
def test_a_program_that_fails_is_reported() -> None:
    with pytest.raises(InputError, match="out of coffee"):
        peak_rss([sys.executable, "-c", "import sys; sys.exit('out of coffee')"])
