"""The loop that all trainings share, on a training of one number."""

import copy
import errno
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from llcodec.errors import InputError, OutputError
from llcodec.training.checkpoint import RunState
from llcodec.training.reporting import ProgressLine, Row
from llcodec.training.trainer import RunSchedule, Trainer, flat_settings


class Counter(Trainer):
    """Adds a random number to a weight at each step."""

    columns = ("drawn", "count")

    def __init__(self, out: Path, schedule: RunSchedule, name: str = "counter") -> None:
        self.model = nn.Linear(1, 1, bias=False)
        nn.init.zeros_(self.model.weight)
        self.drawn_to: list[Path] = []
        optimiser = torch.optim.Adam(self.model.parameters())
        rng = np.random.default_rng(0)
        state = RunState(self.model, copy.deepcopy(self.model), optimiser, rng)
        super().__init__(out, state, schedule, {"name": name})

    def step(self) -> None:
        number = self.state.rng.random()
        with torch.no_grad():
            self.model.weight += number
        self.state.step += 1
        self.state.window.append([number, self.state.step])

    def validate(self) -> list[Row]:
        return [{"weight": float(self.model.weight.detach())}]

    def draw(self, path: Path) -> None:
        self.drawn_to.append(path)


def kill_at_step_5(run: Counter) -> None:
    step = run.step

    def stepped() -> None:
        step()
        if run.state.step == 5:
            raise KeyboardInterrupt

    run.step = stepped  # type: ignore[method-assign]


def full_disk(path: Path, text: str) -> int:
    """Write nothing of a text but its empty file, as where no space is left."""
    path.write_bytes(b"")
    raise OSError(errno.ENOSPC, "No space left on device")


def rows(out: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


class Fluctuating(Counter):
    """Validates to given numbers, one after the other."""

    weights = (3.0, 7.0, 5.0, 7.0, 8.0, 1.0)

    def validate(self) -> list[Row]:
        return [{"weight": self.weights[self.state.step - 1]}]


def test_the_best_validation_is_known_in_all_sessions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schedule = RunSchedule(6, validate_every=1)
    for session in range(6):
        run = Fluctuating(tmp_path, schedule)
        if session:
            run.resume()
        run.run(0, [ProgressLine("best", session, 6)])
    best = [row["best_step"] for row in rows(tmp_path) if "val" in row]
    assert best == [1, 2, 2, 2, 5, 5]
    message = " ".join(capsys.readouterr().err.split())
    assert "step 2: weight 7.000 (best so far)" in message
    assert "step 6: weight 1.000 (best at step 5)" in message


def test_a_report_says_how_fast_the_run_is_and_what_is_left(tmp_path: Path) -> None:
    run = Counter(tmp_path, RunSchedule(10, report_every=5))
    run.batch = 4
    run.run()
    first, last = (row for row in rows(tmp_path) if "val" not in row)
    assert first["crops_per_second"] == pytest.approx(4 * first["steps_per_second"], rel=0.01)
    assert first["hours_left"] >= last["hours_left"] == 0


def test_reports_are_means_and_come_when_they_should(tmp_path: Path) -> None:
    run = Counter(tmp_path, RunSchedule(10, report_every=4, validate_every=5))
    assert run.run()
    assert [row["step"] for row in rows(tmp_path)] == [4, 5, 8, 10, 10]
    first = rows(tmp_path)[0]
    numbers = np.random.default_rng(0).random(10)
    assert first["drawn"] == pytest.approx(numbers[:4].mean(), abs=1e-4)
    assert first["skipped"] == 0
    last = rows(tmp_path)[-2]
    assert last["drawn"] == pytest.approx(numbers[8:].mean(), abs=1e-4)
    assert last["skipped"] == 0
    assert rows(tmp_path)[-1]["val"][0]["weight"] == pytest.approx(numbers.sum(), abs=1e-3)  # type: ignore[index]


def test_hours_and_windows_continue_over_sessions(tmp_path: Path) -> None:
    schedule = RunSchedule(8, report_every=4)
    for session in range(8):
        run = Counter(tmp_path, schedule)
        if session:
            run.resume()
        assert run.run(max_hours=0) == (session == 7)
    assert run.state.hours > 0
    total = np.random.default_rng(0).random(8).sum()
    assert float(run.model.weight.detach()) == pytest.approx(total)
    assert len(rows(tmp_path)) == 2


def test_sheets_are_drawn_by_the_clock(tmp_path: Path) -> None:
    run = Counter(tmp_path, RunSchedule(3, sheet_minutes=0))
    run.run()
    assert [path.name for path in run.drawn_to] == [f"step-000000{n}.png" for n in (1, 2, 3)]


def test_a_run_ends_with_a_sheet(tmp_path: Path) -> None:
    run = Counter(tmp_path, RunSchedule(3))
    run.run(max_hours=0)
    assert run.drawn_to == []
    run.run()
    assert [path.name for path in run.drawn_to] == ["step-0000003.png"]


def test_other_settings_do_not_continue(tmp_path: Path) -> None:
    Counter(tmp_path, RunSchedule(3)).run(max_hours=0)
    with pytest.raises(InputError, match=r'other settings: name was "counter"$'):
        Counter(tmp_path, RunSchedule(3), name="other").resume()
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(InputError, match="not the settings of a run"):
        Counter(tmp_path, RunSchedule(3)).resume()


def test_a_few_other_settings_are_reported() -> None:
    table = {"a": 1, "b": {"c": [2], "d": {"e": None}}, "f": {}}
    assert flat_settings(table) == {"a": 1, "b.c": [2], "b.d.e": None}


def test_weights_that_may_have_gone_bad_are_not_kept(tmp_path: Path) -> None:
    run = Counter(tmp_path, RunSchedule(4, checkpoint_minutes=0))
    step = run.step

    def skipped() -> None:
        step()
        run.state.skipped = 1
        if run.state.step == 3:
            raise KeyboardInterrupt

    run.step = skipped  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        run.run()
    assert not run.checkpoint.exists()


def test_a_run_that_a_kill_ends_early_begins_a_new_log(tmp_path: Path) -> None:
    schedule = RunSchedule(6, report_every=2)
    killed = Counter(tmp_path, schedule)
    kill_at_step_5(killed)
    with pytest.raises(KeyboardInterrupt):
        killed.run()
    assert not killed.checkpoint.exists()
    assert [row["step"] for row in rows(tmp_path)] == [2, 4]
    assert Counter(tmp_path, schedule).run()
    assert [row["step"] for row in rows(tmp_path)] == [2, 4, 6]


def test_a_torn_log_does_not_keep_a_run_from_continuing(tmp_path: Path) -> None:
    schedule = RunSchedule(6, report_every=2, checkpoint_minutes=0)
    killed = Counter(tmp_path, schedule)
    kill_at_step_5(killed)
    with pytest.raises(KeyboardInterrupt):
        killed.run()
    with killed.log.open("a") as log:
        log.write('{"step": 6, "dra')
    again = Counter(tmp_path, schedule)
    again.resume()
    assert again.run()
    assert [row["step"] for row in rows(tmp_path)] == [2, 4, 6]


def test_settings_are_not_lost_where_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Counter(tmp_path, RunSchedule(3)).run(max_hours=0)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full_disk)
        again = Counter(tmp_path, RunSchedule(3))
        again.resume()
        with pytest.raises(OutputError, match="No space left"):
            again.run()
    Counter(tmp_path, RunSchedule(3)).resume()
