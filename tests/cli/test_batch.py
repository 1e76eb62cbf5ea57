from pathlib import Path

import pytest

from llcodec.cli._batch import deliver, run_batch
from llcodec.cli._plan import Job, Plan
from llcodec.cli._report import Record, Style
from llcodec.cli._sources import Failure
from llcodec.cli._work import Worker
from llcodec.errors import CorruptError, InputError, UnknownModelError

QUIET = Style(quiet=True)


def work(job: Job) -> Record:
    errors = {"bad": CorruptError("bad CRC"), "bug": ValueError("oops"), "pipe": BrokenPipeError()}
    if job.source in errors:
        raise errors[job.source]
    return {"path": job.source}


def batch(*names: str, failures: tuple[Failure, ...] = (), style: Style = QUIET) -> int:
    return run_batch(Plan(tuple(map(Job, names)), failures), lambda: work, str, style)


def test_all_is_well() -> None:
    assert batch("a", "b") == 0


def test_what_fails_is_reported_and_the_rest_continues(capsys: pytest.CaptureFixture[str]) -> None:
    code = batch("bad", "a", failures=(Failure("c", InputError("missing")),), style=Style())
    assert code == 1
    assert capsys.readouterr().err.splitlines() == [
        "llc: c: missing",
        "llc: bad: bad CRC",
        "{'path': 'a'}",
        "llc: 2 of 3 failed",
    ]


def test_a_bug_in_one_file_does_not_stop_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert batch("bug", "bad", "a", style=Style()) == 70
    assert "llc: bug: internal error: ValueError: oops" in capsys.readouterr().err


def test_a_broken_pipe_ends_it() -> None:
    with pytest.raises(BrokenPipeError):
        batch("pipe", "a")


@pytest.mark.parametrize(
    ("style", "out", "err"),
    [
        (Style(), "", "llc: no model\nllc: 2 of 2 failed\n"),
        (Style(json=True), '{"path": null, "error": "no model"}\n', ""),
    ],
)
def test_what_keeps_all_files_from_it_is_reported_once(
    style: Style, out: str, err: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def prepare() -> Worker:
        raise UnknownModelError("no model")

    assert run_batch(Plan((Job("a"), Job("b")), ()), prepare, str, style) == 1
    assert capsys.readouterr() == (out, err)


def test_nothing_is_prepared_when_there_is_nothing_to_do() -> None:
    def prepare() -> Worker:
        raise AssertionError

    failures = (Failure("c", InputError("missing")),)
    assert run_batch(Plan((), failures), prepare, str, QUIET) == 1


def test_outputs_are_delivered_into_new_folders(tmp_path: Path) -> None:
    target = tmp_path / "new" / "sub" / "a"
    deliver(Job("a", str(target), target.parent), b"data", force=False)
    assert target.read_bytes() == b"data"


def test_outputs_of_two_names_for_one_file_are_not_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Links here; on file systems that do not tell a.llc from A.llc it comes without any."""
    (tmp_path / "one").touch()
    (tmp_path / "two").symlink_to("one")
    jobs = tuple(Job(name, str(tmp_path / name)) for name in ("one", "two"))

    def write(job: Job) -> Record:
        deliver(job, job.source.encode(), force=True)
        return {"path": job.source}

    assert run_batch(Plan(jobs, ()), lambda: write, str, QUIET) == 1
    assert "which one was just written to" in capsys.readouterr().err
    assert (tmp_path / "one").read_bytes() == b"one"
    assert run_batch(Plan(jobs[1:], ()), lambda: write, str, QUIET) == 0  # by another batch


def test_what_killed_runs_left_is_cleared_away(tmp_path: Path) -> None:
    part = tmp_path / ".a.llc.1.0123abcd.part"
    part.touch()
    assert run_batch(Plan((), (), frozenset({tmp_path})), lambda: work, str, QUIET) == 0
    assert not part.exists()
