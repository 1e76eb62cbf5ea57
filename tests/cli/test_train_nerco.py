import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec.cli._exit_codes import STOPPED
from llcodec.cli._main import run

pytestmark = pytest.mark.extra("torch")

SMALL = [
    "--threads=1",
    "--set=steps=2",
    "--set=crop=64",
    "--set=model.enhancer_width=8",
    "--set=model.degrader_width=8",
    "--set=switches.text=false",
]


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    rng = np.random.default_rng(0)
    for folder, top in (("dark", 40), ("bright", 250)):
        (tmp_path / folder).mkdir()
        for number in range(2):
            pixels = rng.uniform(0, top, (48, 64, 3)).round().astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / folder / f"{number}.png")
    return ["--dark", str(tmp_path / "dark"), "--bright", str(tmp_path / "bright")]


def test_training_stops_and_continues(folders: list[str], tmp_path: Path) -> None:
    out = tmp_path / "run"
    arguments = ["train", "nerco", *folders, *SMALL, "-o", str(out)]
    assert run([*arguments, "--max-hours=0"]) == STOPPED
    assert run([*arguments, "--resume"]) == 0
    assert (out / "checkpoint.safetensors").is_file()


def test_lpips_is_given_in_the_order_of_the_recipe(
    folders: list[str],
    tmp_path: Path,
    random_backbones: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = [next(random_backbones.rglob(f"{name}*.pth")) for name in ("squeezenet", "alexnet")]
    weighed = ["--set=weights.restoration=1", "--set=weights.perceptual=1"]
    weighed.append('--set=backbones=["squeezenet","alexnet"]')
    arguments = ["train", "nerco", *folders, *SMALL, *weighed]
    lpips = [f"--lpips={file}" for file in files]
    assert run([*arguments, *lpips, "-o", str(tmp_path / "run")]) == 0
    settings = json.loads((tmp_path / "run" / "config.json").read_text())
    assert list(settings["metrics"]) == ["lpips-squeeze", "lpips"]
    assert run([*arguments, lpips[0], "-o", str(tmp_path / "x")]) != 0
    assert "in this order: squeezenet and alexnet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--preset=fast"], "no preset 'fast'"),
        (["--set=crop=33"], "multiple of 4"),
        (["--set=crops=32"], "crops"),
        (["--bright=nowhere"], "nowhere: no such folder"),
    ],
)
def test_what_is_wrong_is_reported_in_a_line(
    folders: list[str],
    arguments: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run(["train", "nerco", *folders, *SMALL, *arguments, "-o", str(tmp_path / "run")])
    error = capsys.readouterr().err
    assert code != 0
    assert message in error
    assert "Traceback" not in error
