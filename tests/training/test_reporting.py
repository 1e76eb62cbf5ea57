import errno
import json
from pathlib import Path

import pytest

from llcodec.errors import OutputError
from llcodec.training.reporting import JsonLines, ProgressLine, TensorBoard

ROW = {"hours": 0.1, "loss": 1.25, "bpp": 0.5, "psnr": 30.125, "crops_per_second": 2.0}
SCORES = [
    {"quality": 2.0, "bpp": 0.25, "psnr": 28.1235},
    {"quality": 7.0, "bpp": 1.5, "psnr": 33.0},
]


def full_disk(path: Path, text: str) -> int:
    """Write half of a text, as where no space is left for the rest."""
    path.write_bytes(text.encode()[: len(text) // 2])
    raise OSError(errno.ENOSPC, "No space left on device")


def test_logs_are_lines_of_json_and_grow(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    for step in (50, 100):
        with JsonLines(path) as log:
            log.losses(step, ROW)
            log.validation(step, SCORES, 50)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert rows[0] == {"step": 50, **ROW}
    assert rows[3]["val"][0] == {"quality": 2.0, "bpp": 0.25, "psnr": 28.1235}
    assert [row["step"] for row in rows] == [50, 50, 100, 100]
    assert rows[3]["best_step"] == 50
    assert list(JsonLines(path).validations()) == [(50, SCORES), (100, SCORES)]


def test_what_came_after_a_checkpoint_is_forgotten(tmp_path: Path) -> None:
    log = JsonLines(tmp_path / "log.jsonl")
    log.cut_after(3)  # nothing there yet
    with log:
        for step in (50, 100, 150):
            log.losses(step, ROW)
    log.cut_after(100)
    rows = [json.loads(line) for line in log.path.read_text().splitlines()]
    assert [row["step"] for row in rows] == [50, 100]


@pytest.mark.parametrize(
    "torn",
    [
        b'{"step": 150, "lo',
        b"\x00\x00\x00",
        b"\xff\xfe\n",
        b"7\n",
        b'{"val": []}\n',
        b'{"step": "x"}',
    ],
)
def test_lines_that_a_kill_tore_are_forgotten(tmp_path: Path, torn: bytes) -> None:
    log = JsonLines(tmp_path / "log.jsonl")
    with log:
        log.losses(100, ROW)
    with log.path.open("ab") as file:
        file.write(torn)
    log.cut_after(200)
    with log:
        log.losses(250, ROW)
    rows = [json.loads(line) for line in log.path.read_text().splitlines()]
    assert [row["step"] for row in rows] == [100, 250]


def test_a_row_that_lacks_its_newline_stays_a_row(tmp_path: Path) -> None:
    log = JsonLines(tmp_path / "log.jsonl")
    log.path.write_text('{"step": 50}')
    log.cut_after(50)
    assert log.path.read_text() == '{"step": 50}\n'


def test_a_log_is_cut_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = JsonLines(tmp_path / "log.jsonl")
    log.path.write_text('{"step": 50}\n{"step": 100}\n')
    monkeypatch.setattr(Path, "write_text", full_disk)
    with pytest.raises(OutputError, match="No space left"):
        log.cut_after(50)
    assert log.path.read_text() == '{"step": 50}\n{"step": 100}\n'
    assert [path.name for path in tmp_path.iterdir()] == ["log.jsonl"]


def test_progress_tells_losses_and_validations(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressLine("joint", 0, 200) as progress:
        progress.losses(50, ROW)
        progress.validation(50, SCORES, 50)
    message = " ".join(capsys.readouterr().err.split())
    assert "q2 0.250 bpp 28.12 dB, q7 1.500 bpp 33.00 dB" in message
    assert "33.00 dB (best so far)" in message
    assert "50/200" in message
    assert "1.250 loss" in message
    assert "2.000 crops/s" in message


def test_the_total_of_many_losses_is_the_loss(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressLine("nerco", 0, 100) as progress:
        progress.losses(100, {"total": 7.25, "identity": 0.1})
    message = capsys.readouterr().err
    assert "7.250 loss" in message
    assert "100/100" in message


def test_rows_without_a_single_good_step_are_reported_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with ProgressLine("plain", 0, 100) as progress:
        progress.losses(50, {"hours": 0.1, "skipped": 50, "crops_per_second": 1.0})
    assert "50/100" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore")
def test_tensorboard_events_are_written(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with TensorBoard(tmp_path) as board:
        board.losses(50, ROW)
        board.validation(50, SCORES, 50)
    events = accumulator.EventAccumulator(str(tmp_path))
    events.Reload()
    assert events.Scalars("train/loss")[0].value == 1.25
    assert events.Scalars("val/q7/psnr")[0].step == 50
