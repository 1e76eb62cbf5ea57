from pathlib import Path

import pytest
import typer

from llcodec.cli._train_common import end_run


def test_a_finished_training_ends_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    end_run(Path("runs/mine"), done=True)
    assert capsys.readouterr() == ("", "")


def test_a_stopped_one_tells_how_to_continue_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught:
        end_run(Path("mine"), done=False)
    assert caught.value.exit_code == 75
    assert capsys.readouterr() == ("", "stopped; continue with --resume (mine)\n")
    with pytest.raises(typer.Exit):
        end_run(Path("mine"), done=False, how="run it again")
    assert "stopped; run it again (mine)" in capsys.readouterr().err
