"""The measurement on pairs, with the shipped models."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec.codec.codec import Codec
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.data.pairs import Pair
from measurements.quality import main, measure


def scene(brightness: float) -> np.ndarray:
    rng = np.random.default_rng(0)
    small = rng.uniform(0, brightness, (6, 8, 3))
    large = Image.fromarray(small.round().astype(np.uint8)).resize(
        (96, 64), Image.Resampling.BICUBIC
    )
    return np.asarray(large).copy()


def test_more_quality_costs_more_and_is_nearer_to_the_input() -> None:
    pairs = [Pair("a", scene(60), scene(250))]
    codec = Codec()
    low, high = measure(codec, pairs, 1.0), measure(codec, pairs, 8.0)
    assert low.bpp < high.bpp
    assert low.as_shot_psnr is not None
    assert high.as_shot_psnr is not None
    assert low.as_shot_psnr < high.as_shot_psnr
    assert 0 < high.ssim <= 1
    assert high.gt_mean_psnr > 10
    assert high.fused_psnr > 10


def test_a_model_without_tone_has_no_picture_as_shot() -> None:
    row = measure(Codec("base"), [Pair("a", scene(200), scene(200))], 6.0)
    assert row.as_shot_psnr is None
    assert row.psnr > 20


def test_errors_are_reported_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["quality", "--photographs", str(tmp_path), "--out", str(tmp_path / "out.json")]
    for more, message in (["--model", "no-such-model"], "no model 'no-such-model'"), ([], tmp_path):
        monkeypatch.setattr(sys, "argv", [*arguments, *more])
        with pytest.raises(SystemExit, match=str(message)) as ended:
            main()
        assert "\n" not in str(ended.value.code)
    assert not (tmp_path / "out.json").exists()


def test_lpips_is_measured_with_the_weights_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, random_backbones: Path
) -> None:
    (backbone,) = random_backbones.rglob("squeezenet*.pth")
    Image.fromarray(scene(250)).save(tmp_path / "1.png")
    out = tmp_path / "result.json"
    arguments = ["quality", "--photographs", str(tmp_path), "--qualities", "1", "8"]
    more = ["--lpips", str(backbone), "--threads", "1", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", [*arguments, *more])
    main()
    result = json.loads(out.read_text())
    low, high = (row["lpips"] for row in result["rows"])
    assert low > high > 0
    assert f"--lpips {backbone.name} " in result["command"]


def test_results_say_which_look_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(scene(250)).save(tmp_path / "1.png")
    results = []
    for more in ([], ["--detail", "1"]):
        arguments = ["quality", "--photographs", str(tmp_path), "--qualities", "2", *more]
        monkeypatch.setattr(sys, "argv", [*arguments, "--out", str(tmp_path / "result.json")])
        main()
        results.append(json.loads((tmp_path / "result.json").read_text()))
    plain, detailed = results
    assert plain["look"] is None
    assert detailed["look"]["name"] == f"{DEFAULT_MODEL}-look"
    assert " --detail 1 " in detailed["command"]
    assert detailed["rows"][0]["bpp"] == plain["rows"][0]["bpp"]
    assert detailed["rows"][0]["psnr"] != plain["rows"][0]["psnr"]


def test_detail_needs_a_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["quality", "--photographs", str(tmp_path), "--out", str(tmp_path / "out.json")]
    more = ["--detail", "0.5", "--look", "none.safetensors"]
    monkeypatch.setattr(sys, "argv", [*arguments, *more])
    with pytest.raises(SystemExit, match=r"none\.safetensors"):
        main()
    monkeypatch.setattr(sys, "argv", [*arguments, *more[2:]])
    with pytest.raises(SystemExit, match="--look needs --detail above 0"):
        main()


def test_the_command_writes_its_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, brightness in (("low", 60), ("high", 250)):
        (tmp_path / name).mkdir()
        Image.fromarray(scene(brightness)).save(tmp_path / name / "1.png")
    out = tmp_path / "result.json"
    arguments = ["quality", "--pairs", str(tmp_path), "--threads", "1", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", arguments)
    main()
    result = json.loads(out.read_text())
    assert result["pictures"] == 1
    assert [row["quality"] for row in result["rows"]] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert str(tmp_path) not in out.read_text()  # no path of this machine
    assert "--qualities" not in result["command"]
    assert result["machine"]["threads"] == 1
    assert 10 < result["input_at_best_gain_psnr"] < 60


def test_bright_pictures_are_their_own_references(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos").mkdir()
    Image.fromarray(scene(250)).save(tmp_path / "photos" / "1.png")
    out = tmp_path / "result.json"
    arguments = ["quality", "--photographs", str(tmp_path / "photos"), "--threads", "1"]
    monkeypatch.setattr(sys, "argv", [*arguments, "--qualities", "8", "--out", str(out)])
    main()
    result = json.loads(out.read_text())
    (row,) = result["rows"]
    assert row["quality"] == 8
    assert row["local_psnr"] >= row["psnr"] > 15
    assert row["as_shot_psnr"] > 20
    assert "--photographs photos --qualities 8 " in result["command"]
