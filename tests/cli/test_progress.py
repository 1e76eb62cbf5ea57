import io

import pytest
from rich.console import Console

from llcodec.cli import _progress
from llcodec.cli._progress import progress_bar, rate


@pytest.mark.parametrize(
    ("speed", "words"), [(None, "- files/s"), (12.34, "12.3 files/s"), (0.5, "2.0 s/file")]
)
def test_rates(speed: float | None, words: str) -> None:
    assert rate(speed) == words


def test_a_bar_shows_how_many_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=80)
    monkeypatch.setattr(_progress, "Console", lambda stderr: console)
    with progress_bar(3) as bar:
        bar.advance(bar.task_ids[0])
    assert "1/3" in out.getvalue()
    assert "files/s" in out.getvalue()
