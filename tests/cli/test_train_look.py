from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec._shipped import shipped_file
from llcodec.cli._exit_codes import STOPPED
from llcodec.cli._main import run
from llcodec.codec.models import DEFAULT_MODEL

pytestmark = pytest.mark.extra("torch")

SMALL = [
    "--threads=1",
    "--set=steps=1",
    "--set=batch=1",
    "--set=crop=64",
    "--set=weights.perceptual=0.0",
    "--set=weights.grid=0.0",
    "--set=mix.pairs=1.0",
    "--set=mix.darkened=0.0",
    "--set=mix.lit=0.0",
]


@pytest.fixture
def data(tmp_path: Path) -> str:
    rng = np.random.default_rng(0)
    for folder, top in (("low", 40), ("high", 250)):
        (tmp_path / "pairs" / folder).mkdir(parents=True)
        for number in range(2):
            pixels = rng.uniform(0, top, (48, 64, 3)).round().astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pairs" / folder / f"{number}.png")
    return str(tmp_path / "pairs")


def test_training_stops_and_continues_and_its_look_decodes(data: str, tmp_path: Path) -> None:
    start, out = str(shipped_file(DEFAULT_MODEL)), tmp_path / "run"
    arguments = ["train", "look", "--start", start, "--data", data, *SMALL, "-o", str(out)]
    assert run([*arguments, "--max-hours=0", "--set=steps=2"]) == STOPPED
    assert run([*arguments, "--set=steps=2", "--resume"]) == 0
    look = str(tmp_path / "mine.safetensors")
    assert run(["train", "export", str(out / "checkpoint.safetensors"), "-o", look]) == 0
    dark = f"{data}/low/0.png"
    assert run(["encode", dark, "-o", str(tmp_path / "dark.llc")]) == 0
    decode = ["decode", str(tmp_path / "dark.llc"), "--detail=1", "--look", look]
    assert run([*decode, "-o", str(tmp_path / "bright.png")]) == 0


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("--preset=fast", "no preset 'fast'"),
        ("--set=weights.ms_ssim=0.3", "ms_ssim needs crops above 160 pixels"),
        ("--start=none.safetensors", "none.safetensors: no such file"),
        ("--lpips=none.pth", "none.pth: no such weights of squeezenet1_1"),
        ("--look=none.safetensors", "none.safetensors: no such weight file"),
        (f"--look={shipped_file(DEFAULT_MODEL)}", "of the family codec, not look"),
    ],
)
def test_what_is_wrong_is_reported_in_a_line(
    data: str, argument: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start, out = str(shipped_file(DEFAULT_MODEL)), str(tmp_path / "run")
    arguments = ["train", "look", "--start", start, "--data", data, *SMALL, argument, "-o", out]
    assert run(arguments) != 0
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
