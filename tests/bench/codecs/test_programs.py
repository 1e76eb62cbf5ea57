import sys
from pathlib import Path

import pytest

from llcodec.bench.codecs.programs import last_line, run_program
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
    with pytest.raises(InputError, match="it said nothing"):
        run_program(python("import sys; sys.exit(1)"))


def test_programs_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^codec cannot be started: No such file") as told:
        run_program([str(tmp_path / "codec")])
    assert str(tmp_path) not in str(told.value)


def test_last_line() -> None:
    assert last_line(b"") == ""
    assert last_line(b"one\n\n two \r\n\n") == "two"
    assert last_line(b"\xff\n") == "\ufffd"
