from concurrent.futures.process import BrokenProcessPool

import pytest

from llcodec.bench.failure import told
from llcodec.errors import InputError


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (InputError("no such codec"), "no such codec"),
        (InputError(), "InputError"),
        (FileNotFoundError(2, "No such file", "a.png"), "[Errno 2] No such file: 'a.png'"),
        (MemoryError(), "not enough memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you …"), "not enough memory"),
        (ValueError("first\n  second\tthird"), "ValueError: first second third"),
        (ZeroDivisionError(), "ZeroDivisionError"),
    ],
)
def test_every_error_is_a_line(error: Exception, line: str) -> None:
    assert told(error) == line


def test_a_dead_process_is_told_in_words() -> None:
    assert "ended abruptly" in told(BrokenProcessPool("A process in the process pool was …"))


def test_a_page_of_an_error_is_cut() -> None:
    assert len(told(RuntimeError("word " * 1000))) < 350


def test_a_traceback_is_there_for_who_asks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told(KeyError("a"))
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("LLC_DEBUG", "1")
    told(InputError("foreseen"))
    assert capsys.readouterr().err == ""
    told(KeyError("a"))
    assert "KeyError: 'a'" in capsys.readouterr().err
