from concurrent.futures.process import BrokenProcessPool

import pytest

from llcodec._failures import in_one_line
from llcodec.errors import InputError


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (InputError("no such codec"), "no such codec"),
        (InputError(), "InputError"),
        (FileNotFoundError(2, "No such file", "a.png"), "No such file: a.png"),
        (MemoryError(), "not enough memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you …"), "not enough memory"),
        (ValueError("first\n  second\tthird"), "ValueError: first second third"),
        (ZeroDivisionError(), "ZeroDivisionError"),
    ],
)
def test_every_error_is_a_line(error: Exception, line: str) -> None:
    assert in_one_line(error) == line


def test_a_dead_process_is_reported_in_words() -> None:
    assert "ended abruptly" in in_one_line(BrokenProcessPool("A process in the process pool was …"))


def test_a_page_of_an_error_is_cut() -> None:
    assert len(in_one_line(RuntimeError("word " * 1000))) < 350


def test_a_traceback_is_there_for_who_asks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_one_line(KeyError("a"))
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("LLC_DEBUG", "1")
    in_one_line(InputError("foreseen"))
    assert capsys.readouterr().err == ""
    in_one_line(KeyError("a"))
    assert "KeyError: 'a'" in capsys.readouterr().err
