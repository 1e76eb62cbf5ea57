import errno

import pytest

from llcodec.cli._problems import complain, explain, print_problem
from llcodec.errors import CorruptError


@pytest.mark.parametrize(
    ("error", "message", "code"),
    [
        (CorruptError("bad CRC"), "bad CRC", 1),
        (MemoryError(), "not enough memory", 1),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: …"), "not enough memory", 1),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device", 1),
        (KeyError("x"), "internal error: KeyError: 'x'", 70),
        (AssertionError(), "internal error: AssertionError", 70),
    ],
)
def test_every_error_has_words_and_a_code(error: Exception, message: str, code: int) -> None:
    assert explain(error) == (message, code)


def test_only_internal_errors_show_a_traceback_and_only_for_debugging(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LLC_DEBUG", "1")
    explain(CorruptError("bad CRC"))
    assert capsys.readouterr().err == ""
    explain(KeyError("x"))
    assert "KeyError: 'x'" in capsys.readouterr().err


def test_complaints_are_one_line() -> None:
    assert complain("wrong", "a\nb") == "llc: a\\nb: wrong"
    assert complain("wrong", "-") == "llc: standard input: wrong"
    assert complain("wrong\nhere") == "llc: wrong\\nhere"


def test_without_stderr_nothing_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("sys.stderr", None)
        print_problem("wrong")
    assert capsys.readouterr() == ("", "")
