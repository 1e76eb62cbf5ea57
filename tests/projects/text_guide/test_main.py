"""``python -m projects.text_guide``: from folders to a guide's file."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from llcodec.text_guide import open_clip_extra
from llcodec.text_guide.file import read_card
from projects.text_guide.__main__ import STOPPED, main


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    root, rng = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    for name, brightness in (("pairs/low", 30), ("pairs/high", 250), ("photographs", 250)):
        (root / name).mkdir(parents=True)
        pixels = rng.uniform(0, brightness, (100, 120, 3)).round().astype(np.uint8)
        Image.fromarray(pixels).save(root / name / "1.png")
    return ["--data", str(root / "pairs"), "--data", str(root / "photographs")]


@pytest.mark.extra("open_clip")
def test_a_run_ends_in_a_named_guide(folders: list[str], tmp_path: Path) -> None:
    arguments = [*folders, "-o", str(tmp_path), "--batch", "2"]
    arguments += ["--threads", "1", "--name", "mine", "--steps", "2"]
    assert main([*arguments, "--max-hours", "0"]) == STOPPED
    assert not (tmp_path / "text-guide.safetensors").exists()
    assert main(arguments) == 1
    assert main([*arguments, "--resume"]) == 0
    card = read_card(tmp_path / "text-guide.safetensors")
    assert card.name == "mine"
    assert card.notes["data"] == "pairs, photographs"


@pytest.mark.extra("open_clip")
def test_what_is_missing_is_one_line(
    folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*folders[:2], "-o", str(tmp_path / "run")]) == 1
    message = capsys.readouterr().err
    assert "photographs" in message
    assert message.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_the_extra_is_named_where_it_is_missing(
    folders: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(open_clip_extra, "importlib", SimpleNamespace(import_module=missing))
    assert main([*folders, "-o", str(tmp_path / "run")]) == 1
    message = capsys.readouterr().err
    assert "llcodec[clip]" in message
    assert message.count("\n") == 1


@pytest.mark.parametrize("wrong", [["--threads", "0"], ["--steps", "many"], ["--data"]])
def test_wrong_arguments_are_usage_errors(
    folders: list[str], tmp_path: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([*folders, "-o", str(tmp_path / "run"), *wrong])
    assert wrong[0] in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
