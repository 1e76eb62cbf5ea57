import time

import pytest

from llcodec.batch.counts import Counts
from llcodec.batch.progress import JobProgress


def test_without_a_terminal_a_line_is_printed_each_minute(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with JobProgress() as progress:
        for seconds in (1.0, 59.0, 60.0, 61.0, 119.0, 121.0):
            now[0] = seconds
            progress.show(Counts())
        progress.print("a message")
    assert capsys.readouterr().err.splitlines() == [*["0 done, 0 failed"] * 2, "a message"]


def test_on_a_terminal_there_is_a_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    with JobProgress() as progress:
        progress.show(Counts(total=8, done=2, files=2))
        progress.print("a message")
    output = capsys.readouterr().err
    assert "2/8" in output
    assert "2 done, 0 failed" in output
    assert "a message\n" in output


def test_quiet_shows_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with JobProgress(quiet=True) as progress:
        now[0] = 100.0
        progress.show(Counts())
    assert capsys.readouterr().err == ""
