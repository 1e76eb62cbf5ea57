"""Our own codecs: the shipped joint one, and a plain one with few channels."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec._cards import read_card, shipped_file
from llcodec.bench.codecs.codec import bits_per_pixel
from llcodec.bench.codecs.llc import LlcCodec, Use
from llcodec.codec.codec import Codec
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.data.pairs import Pixels
from llcodec.errors import InputError, UnknownModelError, UnreadableImageError
from llcodec.metrics import psnr
from llcodec.nets.presets import Preset

WriteModel = Callable[..., Path]


def hours(name: str) -> float:
    return float(read_card(shipped_file(name)).notes["hours"])


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
    usual = Codec(DEFAULT_MODEL, device="cpu").decode(data)
    np.testing.assert_array_equal(bright, usual.pixels)
    parameters = codec.settings().parameters
    assert parameters["brightens"] is True
    assert parameters["model"] == DEFAULT_MODEL
    assert len(str(parameters["SHA-256"])) == 64
    assert codec.settings().versions["torch"] == torch.__version__
    assert codec.settings().training_hours == float(f"{hours(DEFAULT_MODEL):.3f}")


def test_models_do_what_their_name_says(plain_model: Path) -> None:
    with pytest.raises(InputError, match="makes pictures bright, so it cannot be 'base'"):
        LlcCodec("base", DEFAULT_MODEL, use="plain")
    with pytest.raises(InputError, match="gives back what goes in, so it cannot be 'joint'"):
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
    with pytest.raises(InputError, match="the model ablation makes pictures bright"):
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
