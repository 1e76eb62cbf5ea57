from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec.cli._exit_codes import STOPPED
from llcodec.cli._main import run

pytestmark = pytest.mark.extra("torch")

SMALL = ["--threads=1", "--set=steps=2", "--set=batch=1", "--set=crop=32"]


@pytest.fixture
def data(tmp_path: Path) -> str:
    rng = np.random.default_rng(0)
    for folder, top in (("low", 40), ("high", 250)):
        (tmp_path / "pairs" / folder).mkdir(parents=True)
        for number in range(2):
            pixels = rng.uniform(0, top, (48, 64, 3)).round().astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pairs" / folder / f"{number}.png")
    return str(tmp_path / "pairs")


def test_training_stops_and_continues(data: str, tmp_path: Path) -> None:
    arguments = ["train", "snr-aware", "--data", data, *SMALL, "-o", str(tmp_path / "run")]
    assert run([*arguments, "--max-hours=0"]) == STOPPED
    assert run([*arguments, "--resume"]) == 0
    assert (tmp_path / "run" / "checkpoint.safetensors").is_file()


@pytest.mark.parametrize(
    ("argument", "message"),
    [("--preset=fast", "no preset 'fast'"), ("--set=crop=33", "multiple of")],
)
def test_what_is_wrong_is_reported_in_a_line(
    data: str, argument: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "run")
    assert run(["train", "snr-aware", "--data", data, *SMALL, argument, "-o", out]) != 0
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
