"""From folders of pictures to a weight file that encodes: every training command, in small."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec.cli._main import run


def picture(seed: int, brightness: float) -> Image.Image:
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.uniform(0, brightness, (5, 7, 3)).round().astype(np.uint8))
    return small.resize((112, 80), Image.Resampling.BICUBIC)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    for folder in ("pairs/low", "pairs/high", "photographs"):
        (root / folder).mkdir(parents=True)
    rows = ["split,low,high"]
    for seed in range(3):
        picture(seed, 40).save(root / f"pairs/low/{seed}.png")
        picture(seed, 250).save(root / f"pairs/high/{seed}.png")
        picture(10 + seed, 250).save(root / f"photographs/{seed}.png")
        split = "val" if seed == 2 else "train"
        rows.append(f"{split},low/{seed}.png,high/{seed}.png")
    (root / "pairs/pairs.csv").write_text("\n".join(rows) + "\n")
    return root


def test_training_ends_in_a_model_that_codes(data: Path, tmp_path: Path) -> None:
    pairs = ["--pairs", str(data / "pairs")]
    both = [*pairs, "--photographs", str(data / "photographs"), "--threads", "1"]
    short = ["--steps", "2", "--crop", "64"]
    tone, plain, joint = (tmp_path / name for name in ("tone", "plain", "joint"))
    assert run(["train", "tone", *both, "-o", str(tone), "--steps", "100"]) == 0
    assert run(["train", "plain", *both, *short, "-o", str(plain)]) == 0
    start = ["--start", str(plain / "checkpoint.safetensors")]
    weights = ["--tone", str(tone / "tone.safetensors")]
    assert run(["train", "joint", *both, *short, *start, *weights, "-o", str(joint)]) == 0
    model = tmp_path / "mine.safetensors"
    checkpoint = str(joint / "checkpoint.safetensors")
    assert run(["train", "export", checkpoint, *pairs, "-o", str(model), "--name", "mine"]) == 0
    dark = str(data / "pairs/low/2.png")
    coded = tmp_path / "dark.llc"
    assert run(["encode", dark, "-o", str(coded), "--model", str(model), "--quiet"]) == 0
    assert run(["decode", str(coded), "--model", str(model), "--quiet"]) == 0
    with Image.open(tmp_path / "dark.png") as decoded:
        assert decoded.size == (112, 80)


def test_a_run_is_not_overwritten(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "checkpoint.safetensors").write_bytes(b"a run")
    arguments = ["train", "plain", "--pairs", str(data / "pairs"), "--steps", "1"]
    arguments += ["--photographs", str(data / "photographs"), "-o", str(tmp_path)]
    assert run(arguments) == 1
    assert "holds a run already" in capsys.readouterr().err
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == b"a run"


@pytest.mark.parametrize("crop", ["100", "32", "0"])
def test_crops_fit_the_hyper_latents(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], crop: str
) -> None:
    arguments = ["train", "plain", "--pairs", str(data / "pairs"), "--crop", crop]
    arguments += ["--photographs", str(data / "photographs"), "-o", str(tmp_path / "run")]
    assert run(arguments) == 1
    assert "multiple of 64" in capsys.readouterr().err


def test_missing_data_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["train", "tone", "--pairs", str(tmp_path / "none")]
    arguments += ["--photographs", str(tmp_path / "none"), "-o", str(tmp_path / "run")]
    assert run(arguments) == 1
    assert capsys.readouterr().err.count("\n") == 1
