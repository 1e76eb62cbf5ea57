"""The measurement of text guides, with the guide that ships."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from measurements.text_guide import main, read_sets


def save(path: Path, brightness: float, seed: int = 0) -> None:
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.uniform(0, brightness, (6, 8, 3)).round().astype(np.uint8))
    path.parent.mkdir(parents=True, exist_ok=True)
    small.resize((96, 64), Image.Resampling.BICUBIC).save(path)


def test_sets_are_grouped_by_the_beginning_of_their_names(tmp_path: Path) -> None:
    for name in ("lime_1.png", "lime_2.png", "dicm_04.png"):
        save(tmp_path / name, 40)
    (tmp_path / "readme.txt").write_text("no picture")
    assert {name: len(pictures) for name, pictures in read_sets(tmp_path).items()} == {
        "dicm": 1,
        "lime": 2,
    }


@pytest.mark.extra("open_clip")
def test_the_command_writes_its_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(2):
        save(tmp_path / f"pairs/low/{seed}.png", 20, seed)
        save(tmp_path / f"pairs/high/{seed}.png", 250, seed)
    for seed in range(20):
        save(tmp_path / f"photographs/{seed:02d}.png", 250, seed)
    save(tmp_path / "dark/lime_1.png", 12)
    out = tmp_path / "result.json"
    folders = [f"--{name}={tmp_path / name}" for name in ("pairs", "photographs", "dark")]
    monkeypatch.setattr(sys, "argv", ["text_guide", *folders, "--threads=1", f"--out={out}"])
    main()
    result = json.loads(out.read_text())
    assert str(tmp_path) not in out.read_text()  # no path of this machine
    assert result["name"] == "dusk-guide"
    counts = {name: row["pictures"] for name, row in result["sets"].items()}
    assert counts == {"highs": 2, "photographs": 2, "lows": 2, "lime": 1}
    assert result["pairs"]["low"] == result["pairs"]["high"] == 1
    assert [result["sets"][name]["called_bright"] for name in counts] == [1, 1, 0, 0]
    assert result["sets"]["lime"]["below_bright"] == 1
    assert result["ladders_of_highs"]["to_normal"] > 0.9
    assert len(result["ladders_of_photographs"]["lightness"]) == len(result["exposures"])
    assert len(result["other_prompts"]) == 4


@pytest.mark.extra("open_clip")
def test_fewer_than_ten_photographs_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("pairs/low/0.png", "pairs/high/0.png", "photographs/0.png", "dark/lime_1.png"):
        save(tmp_path / name, 20)
    folders = [f"--{name}={tmp_path / name}" for name in ("pairs", "photographs", "dark")]
    monkeypatch.setattr(sys, "argv", ["text_guide", *folders, f"--out={tmp_path / 'out.json'}"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "at least ten pictures" in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()
