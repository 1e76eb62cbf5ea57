import sys

import pytest

from llcodec._progress import Bars, rate


@pytest.mark.parametrize(
    ("speed", "words"), [(None, "-/s"), (12.34, "12.3/s"), (0.5, "2.0 s each")]
)
def test_rates(speed: float | None, words: str) -> None:
    assert rate(speed) == words


def be_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)


def test_a_terminal_gets_a_bar_for_each_task(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    be_a_terminal(monkeypatch)
    with Bars() as bars:
        bars.show("first", 0, 3)
        bars.show("first", 1, 3)
        bars.show("second", 2, 5)
        bars.print("a line [not markup]")
    message = capsys.readouterr().err
    for text in ("first", "1/3", "second", "2/5", "a line [not markup]"):
        assert text in message


def test_bars_that_are_not_wanted_are_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    be_a_terminal(monkeypatch)
    with Bars(wanted=False) as bars:
        bars.show("files", 1, 3)
        bars.print("a line")
    assert (bars.shown, capsys.readouterr().err) == (False, "a line\n")


def test_files_and_pipes_get_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars() as bars:
        bars.show("files", 1, 3)
    assert capsys.readouterr() == ("", "")


def test_without_stderr_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with Bars() as bars:
        bars.show("files", 1, 3)
        bars.print("a line")
