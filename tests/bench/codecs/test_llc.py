"""Our own codecs: the shipped joint one, and a plain one with few channels."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec._arrays import Pixels
from llcodec._cards import ModelReference, TrainingFacts, read_card
from llcodec._shipped import shipped_file
from llcodec.bench.codecs.llc import LlcCodec, LlcLadder, Shown, Use, hours_in
from llcodec.bench.interfaces import bits_per_pixel
from llcodec.bench.pipelines import Pipeline, WarmPipeline
from llcodec.codec.codec import Codec
from llcodec.codec.looks import LookFile, synthesis_arrays, write_look
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.codec.weights import read_model
from llcodec.errors import (
    BrokenModelError,
    InputError,
    QualityError,
    UnknownModelError,
    UnreadableImageError,
)
from llcodec.metrics import psnr
from llcodec.nets.presets import Preset

WriteModel = Callable[..., Path]


def hours(name: str) -> float:
    hours = read_card(shipped_file(name)).training.hours
    assert hours is not None
    return hours


@pytest.fixture(scope="module")
def plain_model(
    tiny_preset: Preset, write_model: WriteModel, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    return write_model(tiny_preset.plain(), folder / "tiny-plain.safetensors")


def test_a_plain_model_gives_back_what_goes_in(plain_model: Path, photo: Pixels) -> None:
    codec = LlcCodec("base", str(plain_model), use="plain")
    assert codec.name == "base"
    files = [codec.encode(photo, quality) for quality in (1.0, 4.5, 8.0)]
    rates = [bits_per_pixel(data, photo) for data in files]
    back = [LlcCodec("base", str(plain_model)).decode(data) for data in files]
    scores = [psnr(pixels, photo) for pixels in back]
    assert rates == sorted(rates)
    assert scores == sorted(scores)
    assert scores[-1] > 25
    assert codec.settings().parameters["brightens"] is False
    assert codec.settings().training_hours is None  # the file does not tell
    assert codec.preset.name == "tiny-plain"


def test_the_joint_model_makes_dark_pictures_bright(photo: Pixels) -> None:
    codec = LlcCodec("joint", DEFAULT_MODEL, use="joint")
    dark = (photo * 0.15).astype(np.uint8)
    data = codec.encode(dark, 4.0)
    bright = codec.decode(data)
    assert bright.mean() > 2 * dark.mean()
    usual = Codec(DEFAULT_MODEL, engine="torch", device="cpu").decode(data)
    np.testing.assert_array_equal(bright, usual.pixels)
    parameters = codec.settings().parameters
    assert parameters["brightens"] is True
    assert parameters["model"] == DEFAULT_MODEL
    assert len(str(parameters["SHA-256"])) == 64
    assert codec.settings().versions["torch"] == torch.__version__
    assert codec.settings().training_hours == float(f"{hours(DEFAULT_MODEL):.3f}")


@pytest.fixture
def look(tmp_path: Path) -> Path:
    """A look of the default model with less of everything that it adds to the linear path."""
    file = read_model(shipped_file(DEFAULT_MODEL))
    arrays = {
        key: 0.5 * value if key.startswith("g_s.") else value
        for key, value in synthesis_arrays(file.arrays).items()
    }
    reference = ModelReference(file.name, file.sha256)
    path = tmp_path / "soft.safetensors"
    write_look(path, LookFile("soft", reference, arrays), file.preset.name)
    return path


def test_detail_is_decoded_from_the_same_files(photo: Pixels, look: Path) -> None:
    plain = LlcCodec("joint", DEFAULT_MODEL)
    codecs = [
        LlcCodec("joint", DEFAULT_MODEL, shown=Shown(detail, str(look))) for detail in (0.0, 0.5, 1)
    ]
    dark = (photo * 0.15).astype(np.uint8)
    data = plain.encode(dark, 4.0)
    assert all(codec.encode(dark, 4.0) == data for codec in codecs)
    none, half, whole = (codec.decode(data).astype(int) for codec in codecs)
    np.testing.assert_array_equal(none, plain.decode(data))
    assert 0 < np.abs(half - none).mean() < np.abs(whole - none).mean()
    assert codecs[0].settings() == plain.settings()
    parameters = codecs[1].settings().parameters
    assert (parameters["detail"], parameters["look"]) == (0.5, "soft")
    assert parameters["SHA-256 of the look"] == read_card(look).sha256


def test_models_do_what_their_name_says(plain_model: Path) -> None:
    with pytest.raises(InputError, match="brightens, so it cannot be 'base'"):
        LlcCodec("base", DEFAULT_MODEL, use="plain")
    with pytest.raises(InputError, match="does not brighten, so it cannot be 'joint'"):
        LlcCodec("joint", str(plain_model), use="joint")
    with pytest.raises(UnknownModelError):
        LlcCodec("base", "no-such-model")


def test_its_training_tells_what_a_model_does_and_not_its_shape(
    tiny_preset: Preset, write_model: WriteModel, tmp_path: Path
) -> None:
    """The published network without its branch has no tone network either, and brightens."""
    without = replace(tiny_preset.plain(), variable_rate=False)

    def codec(recipe: str, use: Use) -> LlcCodec:
        path = tmp_path / "ablation.safetensors"
        write_model(without, path, notes={"recipe": recipe})
        return LlcCodec("it", str(path), use=use)

    trained = json.dumps({"stage": "joint", "steps": 7})
    assert codec(trained, "joint").settings().parameters["brightens"] is True
    with pytest.raises(InputError, match="the model ablation brightens"):
        codec(trained, "plain")
    for recipe in (
        json.dumps({"stage": "plain"}),
        "",
        "{",
        "[]",
        '{"stage": []}',
        '{"stage": "x"}',
    ):
        assert codec(recipe, "plain").brightens is False


def test_files_of_another_model_are_refused(plain_model: Path, photo: Pixels) -> None:
    joint, plain = LlcCodec("joint", DEFAULT_MODEL), LlcCodec("base", str(plain_model))
    with pytest.raises(UnreadableImageError, match="not a file that joint made: the file needs"):
        joint.decode(plain.encode(photo, 4.0))


def test_models_of_one_rate_have_one_quality(
    tiny_preset: Preset, write_model: WriteModel, photo: Pixels, tmp_path: Path
) -> None:
    preset = replace(tiny_preset.plain(), variable_rate=False)
    codec = LlcCodec("base", str(write_model(preset, tmp_path / "one.safetensors")))
    (quality,) = codec.qualities
    assert codec.decode(codec.encode(photo, quality)).shape == photo.shape


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
    assert settings.training_hours == pytest.approx(2 * hours("fast"), abs=2e-3)
    assert settings.parameters["brightens"] is True


def test_models_do_what_is_expected_and_all_the_same(folder: Path, photo: Pixels) -> None:
    with pytest.raises(InputError, match="does not brighten, so it cannot be 'joint'"):
        LlcLadder("joint", folder, use="joint").settings()
    shutil.copy(shipped_file("fast"), folder)
    with pytest.raises(InputError, match="some models of ours brighten"):
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


def test_hours_are_rounded() -> None:
    assert hours_in(TrainingFacts(hours=3.6266158520899987)) == 3.627
    assert hours_in(TrainingFacts(hours=0.0)) == 0.0


def test_without_facts_there_are_no_hours() -> None:
    assert hours_in(TrainingFacts(steps=5)) is None
