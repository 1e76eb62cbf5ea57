import json
import sys
from typing import Any

import pytest

from llcodec.cli._report import Record, Reporter, Style


def tell(style: Style, total: int = 2) -> None:
    def describe(record: Record) -> str:
        return f"did {record['path']}"

    with Reporter(style, total, describe) as reporter:
        reporter.done({"path": "a"})
        reporter.failed("b\n", "wrong")
        reporter.sum_up(failed=1)


@pytest.mark.parametrize(
    ("style", "out", "err"),
    [
        (Style(), "", "did a\nllc: b\\n: wrong\nllc: 1 of 2 failed\n"),
        (Style(on_stdout=True), "did a\n", "llc: b\\n: wrong\nllc: 1 of 2 failed\n"),
        (Style(quiet=True), "", "llc: b\\n: wrong\nllc: 1 of 2 failed\n"),
        (Style(json=True), '{"path": "a"}\n{"path": "b\\n", "error": "wrong"}\n', ""),
    ],
)
def test_what_is_reported_and_where(
    style: Style, out: str, err: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(style)
    assert capsys.readouterr() == (out, err)


@pytest.mark.parametrize(("quiet", "message"), [(False, "did a\n"), (True, "")])
def test_losses_are_reported_however_quiet_the_run_is(
    quiet: bool, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Reporter(Style(quiet=quiet), 1, lambda record: f"did {record['path']}") as reporter:
        reporter.done({"path": "a", "problems": ["torn"], "lost": ["0,0,64,64"]})
    assert (
        capsys.readouterr().err
        == message + "llc: a: torn\nllc: a: lost 0,0,64,64: grey in the output\n"
    )


@pytest.mark.parametrize(
    ("counts", "style", "line"),
    [
        ({"failed": 0}, Style(), ""),
        ({"failed": 0, "skipped": 2}, Style(), "3 done, 2 skipped\n"),
        ({"failed": 0, "skipped": 2}, Style(quiet=True), ""),
        ({"failed": 1, "skipped": 2}, Style(quiet=True), "llc: 1 of 5 failed, 2 skipped\n"),
        ({"failed": 1, "skipped": 2}, Style(json=True), ""),
        (
            {"failed": 2, "refused": True},
            Style(),
            "llc: 2 of 5 failed; --skip-existing leaves out what exists\n",
        ),
    ],
)
def test_sums(
    counts: dict[str, Any], style: Style, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Reporter(style, 5, str) as reporter:
        reporter.sum_up(**counts)
    assert capsys.readouterr() == ("", line)


def test_skipped_files_are_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    for style, out in ((Style(json=True), '{"path": "a"}\n'), (Style(), "")):
        with Reporter(style, 2, str) as reporter:
            reporter.skipped({"path": "a"})
        assert capsys.readouterr() == (out, "")


def test_one_file_needs_no_sum(capsys: pytest.CaptureFixture[str]) -> None:
    tell(Style(quiet=True), total=1)
    assert "failed" not in capsys.readouterr().err


def test_names_that_are_not_text_are_still_json(capsys: pytest.CaptureFixture[str]) -> None:
    with Reporter(Style(json=True), 1, str) as reporter:
        reporter.done({"path": "\udcff"})
    out = capsys.readouterr().out
    assert out == '{"path": "\\udcff"}\n'
    assert json.loads(out) == {"path": "\udcff"}


@pytest.mark.parametrize(
    ("style", "total", "shown"),
    [
        (Style(), 2, True),
        (Style(), 1, False),
        (Style(quiet=True), 2, False),
        (Style(json=True), 2, False),
    ],
)
def test_a_bar_is_for_several_files_on_a_terminal(
    style: Style,
    total: int,
    shown: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    tell(style, total)
    assert (f"/{total}" in capsys.readouterr().err) == shown


def test_closed_streams_are_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    streams: dict[str, Any] = {"stdout": None, "stderr": None}
    for name, value in streams.items():
        monkeypatch.setattr(sys, name, value)
    tell(Style())
    tell(Style(json=True))


@pytest.mark.parametrize(("quiet", "message"), [(False, "did a\nllc: a: one frame\n"), (True, "")])
def test_what_is_left_out_is_reported(
    quiet: bool, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Reporter(Style(quiet=quiet), 1, lambda record: f"did {record['path']}") as reporter:
        reporter.done({"path": "a", "left_out": ["one frame"]})
    assert capsys.readouterr().err == message
