"""Folders of models with one rate and few channels."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec._cards import read_card, shipped_file
from llcodec.bench.codecs.llc import LlcCodec
from llcodec.bench.codecs.llc_ladder import LlcLadder
from llcodec.bench.pipelines import Pipeline
from llcodec.bench.warming import WarmPipeline
from llcodec.data.pairs import Pixels
from llcodec.errors import (
    BrokenModelError,
    InputError,
    QualityError,
    UnknownModelError,
    UnreadableImageError,
)
from llcodec.nets.presets import Preset


@pytest.fixture(scope="module")
def written(
    tiny_preset: Preset,
    write_model: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Three models, written in another order than that of their names."""
    folder = tmp_path_factory.mktemp("ladder")
    preset = replace(tiny_preset.plain(), variable_rate=False)
    for seed, name in enumerate(("rate-2", "rate-3", "rate-1")):
        write_model(preset, folder / f"{name}.safetensors", seed)
    (folder / "notes.txt").write_text("no weights")
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return shutil.copytree(written, tmp_path / "weights")


def test_each_quality_is_the_model_of_its_place(folder: Path, photo: Pixels) -> None:
    ladder = LlcLadder("ours", folder)
    assert (ladder.name, ladder.qualities) == ("ours", (1.0, 2.0, 3.0))
    files = [ladder.encode(photo, quality) for quality in ladder.qualities]
    assert len(set(files)) == 3
    for place, data in enumerate(files, 1):
        alone = LlcCodec("alone", str(folder / f"rate-{place}.safetensors"))
        assert alone.encode(photo, *alone.qualities) == data
        np.testing.assert_array_equal(ladder.decode(data), alone.decode(data))


def test_warming_up_loads_all_models(folder: Path, photo: Pixels) -> None:
    ladder = LlcLadder("ours", folder)
    WarmPipeline(Pipeline("it", "plain", ladder)).warm_up(photo, ladder.qualities)
    for file in folder.glob("*.safetensors"):
        file.unlink()
    for quality in ladder.qualities:
        assert ladder.decode(ladder.encode(photo, quality)).shape == photo.shape


def test_only_the_model_that_is_needed_is_loaded(folder: Path, photo: Pixels) -> None:
    data = LlcLadder("ours", folder).encode(photo, 2)
    receiver = LlcLadder("ours", folder)
    for other in (1, 3):
        (folder / f"rate-{other}.safetensors").unlink()
    assert receiver.decode(data).shape == photo.shape
    with pytest.raises(UnknownModelError):
        receiver.encode(photo, 1)


def test_settings_tell_of_all_models_and_of_no_place(folder: Path) -> None:
    settings = LlcLadder("ours", folder).settings()
    assert str(folder) not in json.dumps(asdict(settings))
    digest = read_card(folder / "rate-3.safetensors").sha256
    assert settings.parameters["weights 3"] == f"rate-3, SHA-256 {digest}"
    assert settings.parameters["preset"] == "rate-1, rate-2, rate-3"
    assert settings.parameters["brightens"] is False
    assert settings.training_hours is None  # the files do not tell
    assert settings.versions["torch"] == torch.__version__


def test_hours_of_training_are_those_of_all(tmp_path: Path) -> None:
    for name in ("a", "b"):
        shutil.copy(shipped_file("fast"), tmp_path / f"{name}.safetensors")
    settings = LlcLadder("joint", tmp_path, use="joint").settings()
    hours = float(read_card(shipped_file("fast")).notes["hours"])
    assert settings.training_hours == pytest.approx(2 * hours, abs=2e-3)
    assert settings.parameters["brightens"] is True


def test_models_do_what_is_expected_and_all_the_same(folder: Path, photo: Pixels) -> None:
    with pytest.raises(InputError, match="gives back what goes in, so it cannot be 'joint'"):
        LlcLadder("joint", folder, use="joint").settings()
    shutil.copy(shipped_file("fast"), folder)
    with pytest.raises(InputError, match="some models of ours make pictures bright"):
        LlcLadder("ours", folder).settings()


def test_other_qualities_and_other_files_are_refused(folder: Path, photo: Pixels) -> None:
    ladder = LlcLadder("ours", folder)
    for quality in (0, 4, 1.5, float("nan")):
        with pytest.raises(QualityError, match="has the qualities 1 to 3"):
            ladder.encode(photo, quality)
    data = ladder.encode(photo, 3)
    (folder / "rate-3.safetensors").unlink()
    for other in (b"", b"no picture", data):
        with pytest.raises(UnreadableImageError, match="not a file that ours made"):
            LlcLadder("ours", folder).decode(other)


def test_folders_that_hold_no_models(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="no weight files"):
        LlcLadder("ours", tmp_path)
    (tmp_path / "a.safetensors").write_bytes(b"nothing")
    with pytest.raises(BrokenModelError, match="not a weight file"):
        LlcLadder("ours", tmp_path)
