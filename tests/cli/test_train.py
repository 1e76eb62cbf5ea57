"""From folders of pictures to a weight file that encodes: every training command, in small."""

import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec._cards import read_card
from llcodec.cli._exit_codes import STOPPED, USAGE
from llcodec.cli._main import run
from llcodec.nets.presets import DEFAULT_PRESET
from llcodec.training.stopping import StopRequest

pytestmark = pytest.mark.extra("torch")


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


SMALL = [
    "--threads=1",
    "--set=model.widths=[8,8,8,16]",
    "--set=model.latents=16",
    "--set=plain.batch=1",
    "--set=joint.batch=1",
    *(f"--set={key}.steps=2" for key in ("tone", "plain", "joint")),
    *(f"--set={key}.crop=64" for key in ("plain", "joint")),
]


def folders(data: Path) -> list[str]:
    return ["--data", str(data / "pairs"), "--data", str(data / "photographs")]


GROUPED = [*SMALL, "--set=model.groups=[4,12]"]
UNGROUPED = [*SMALL, "--preset=fast"]


@pytest.mark.parametrize(
    ("preset", "small"), [(DEFAULT_PRESET, GROUPED), ("fast", UNGROUPED)], ids=["default", "fast"]
)
def test_training_ends_in_a_model_that_codes(
    preset: str,
    small: list[str],
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "run"
    assert run(["train", "codec", *folders(data), *small, "-o", str(out)]) == 0
    model = tmp_path / "mine.safetensors"
    checkpoint = str(out / "joint" / "checkpoint.safetensors")
    pairs = ["--data", str(data / "pairs")]
    assert run(["train", "export", checkpoint, *pairs, "-o", str(model), "--name", "mine"]) == 0
    assert read_card(model).preset == preset
    dark = str(data / "pairs/low/2.png")
    coded = tmp_path / "dark.llc"
    assert run(["encode", dark, "-o", str(coded), "--model", str(model), "--quiet"]) == 0
    assert run(["decode", str(coded), "--model", str(model), "--quiet"]) == 0
    with Image.open(tmp_path / "dark.png") as decoded:
        assert decoded.size == (112, 80)
    spread = ["train", "export", checkpoint, *pairs, "-o", str(tmp_path / "x.safetensors")]
    assert run([*spread, "--lambdas", "0.1,much"]) == 1
    assert "is not a list of numbers with commas" in capsys.readouterr().err
    assert run([*spread, "--lambdas", "0.1,0.2"]) == 1
    assert "8 rising values" in capsys.readouterr().err
    assert not (tmp_path / "x.safetensors").exists()


def test_a_run_is_not_overwritten_and_continues(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["train", "codec", "--preset", "base", *folders(data), "-o", str(tmp_path)]
    arguments += [o for o in SMALL if "joint" not in o and "tone" not in o]
    assert run([*arguments, "--max-hours", "0"]) == STOPPED
    assert "continue with --resume" in capsys.readouterr().err
    kept = (tmp_path / "plain" / "checkpoint.safetensors").read_bytes()
    assert run(arguments) == 1
    assert "holds a run already" in capsys.readouterr().err
    assert (tmp_path / "plain" / "checkpoint.safetensors").read_bytes() == kept
    assert run([*arguments, "--resume"]) == 0
    assert (tmp_path / "plain" / "checkpoint.safetensors").read_bytes() != kept


def test_the_tone_network_trains_alone(data: Path, tmp_path: Path) -> None:
    arguments = ["train", "tone", *folders(data), "-o", str(tmp_path), "--set", "tone.steps=1"]
    assert run([*arguments, "--max-hours=0", "--set=tone.steps=2"]) == STOPPED
    assert not (tmp_path / "tone.safetensors").exists()
    assert run(arguments) == 0
    assert (tmp_path / "tone.safetensors").is_file()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_with_a_checkpoint_and_a_code_of_their_own(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    listen = StopRequest.__enter__

    def ask(stop: StopRequest) -> StopRequest:
        listen(stop)
        signal.raise_signal(number)
        return stop

    monkeypatch.setattr(StopRequest, "__enter__", ask)
    arguments = ["train", "codec", "--preset", "base", *folders(data), "-o", str(tmp_path)]
    arguments += [o for o in SMALL if "joint" not in o and "tone" not in o]
    assert run(arguments) == STOPPED
    assert (tmp_path / "plain" / "checkpoint.safetensors").is_file()


@pytest.mark.parametrize("command", ["codec", "tone", "nerco", "snr-aware"])
def test_threads_are_one_at_least(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", command, "--threads", "0"]) == USAGE
    assert "--threads" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["--set", "joint.crop=100"], "multiple of 64"),
        (["--set", "joint.steps=a"], "joint.steps"),
        (["--preset", "best"], "no preset 'best'"),
        (["--recipe", "none.toml"], "none.toml: no such file"),
        (["--device", "cuda:9"], "not available"),
    ],
)
def test_what_is_wrong_is_one_line(
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    output: str,
) -> None:
    out = tmp_path / "run"
    assert run(["train", "codec", *folders(data), "-o", str(out), *arguments]) == 1
    message = capsys.readouterr().err
    assert output in message
    assert message.count("\n") == 1
    assert not out.exists()


def test_missing_data_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["train", "tone", "--data", str(tmp_path / "none"), "-o", str(tmp_path / "run")]
    assert run(arguments) == 1
    assert capsys.readouterr().err.count("\n") == 1
