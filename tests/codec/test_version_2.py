"""Weight files whose latents are coded in groups, and the files that are made with them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from llcodec._cards import read_card
from llcodec.codec.codec import Codec, Target
from llcodec.codec.weights import read_model
from llcodec.errors import BrokenModelError
from llcodec.imaging.picture import Picture
from llcodec.nets.presets import Preset
from llcodec.training.export import export_model
from tests.codec.conftest import MakePicture
from tests.codec.started import calibration_of, started_model

GROUPS = (6, 10)
Contents = tuple[dict[str, Any], dict[str, torch.Tensor]]


@pytest.fixture(scope="module")
def path(tiny_preset: Preset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    preset = replace(
        tiny_preset,
        widths=(0, 8, 8, 16),
        context_features=0,
        entropy_hidden=(),
        groups=GROUPS,
        group_features=(8, 9),
        group_hidden=(12, 14),
    )
    model = started_model(preset)
    with torch.no_grad():
        for group in model.grouped_context.channel_groups:
            group.quality_bias.normal_(0, 0.2)
    made = tmp_path_factory.mktemp("version-2") / "tiny-2.safetensors"
    export_model(model, "tiny-2", calibration_of(model), {}, made)
    return made


@pytest.fixture
def contents(path: Path) -> Contents:
    """The card and the tensors of a good weight file, to be damaged."""
    with safe_open(path, framework="pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        return json.loads(file.metadata()["llcodec"]), tensors


def save(contents: Contents, path: Path, changed: Mapping[str, torch.Tensor]) -> Path:
    card, tensors = contents
    save_file(tensors | dict(changed), path, {"llcodec": json.dumps(card)})
    return path


def test_pictures_come_back_better_at_more_bits(path: Path, make_picture: MakePicture) -> None:
    """16 latents in 256 pixels cannot do better than an error of 10."""
    codec, picture = Codec(str(path), device="cpu"), Picture(make_picture(150, 200))
    files = [codec.encode(picture, Target(q), tile_size=64) for q in (1.0, 2.6, 4.0, 8.0)]
    errors = [
        codec.decode(data, brightness=0).pixels - picture.pixels.astype(float) for data in files
    ]
    deviations = [float(np.sqrt(np.mean(error**2))) for error in errors]
    assert deviations == sorted(deviations, reverse=True)
    assert deviations[-1] < 12
    assert sorted(map(len, files)) == list(map(len, files))


def test_older_readers_do_not_take_it_for_their_own(path: Path, contents: Contents) -> None:
    assert contents[0]["format"] == "llcodec-model-2"
    assert read_card(path).kind == "codec"
    contents[0]["format"] = "llcodec-model-1"
    with pytest.raises(BrokenModelError, match="another format"):
        read_model(save(contents, path.with_name("renamed.safetensors"), {}))


@pytest.mark.parametrize(
    ("key", "value", "match"),
    [
        ("integer.magnitudes", 0, "magnitudes"),
        ("integer.magnitudes", -5, "magnitudes"),
        ("integer.magnitudes", 2**31 - 1, "magnitudes"),
        ("integer.input_bits", 13, "magnitudes"),
        ("integer.group.1.quality_bias", 2**30, "bias"),
        ("integer.group.0.context.0.0.bias", 2**60, "exactness"),
    ],
)
def test_numbers_that_break_exactness_are_refused(
    contents: Contents, key: str, value: int, match: str, tmp_path: Path
) -> None:
    wrong = torch.full_like(contents[1][key], value)
    with pytest.raises(BrokenModelError, match=match):
        read_model(save(contents, tmp_path / "m.safetensors", {key: wrong}))


@pytest.mark.parametrize(
    "groups", [(6, 9), (16,), (10, 6), (6, 10, 1), (0, 16), (6, 10, 0), (-6, 22)]
)
def test_groups_that_are_not_those_of_the_networks_are_refused(
    contents: Contents, groups: tuple[int, ...], tmp_path: Path
) -> None:
    contents[0]["preset"]["groups"] = groups
    with pytest.raises(BrokenModelError):
        read_model(save(contents, tmp_path / "m.safetensors", {}))


def test_missing_and_misshapen_tensors_are_refused(contents: Contents, tmp_path: Path) -> None:
    card, tensors = contents
    target = tmp_path / "m.safetensors"
    keys = [key for key in tensors if key.startswith("integer.") and "quality_bias" not in key]
    for key in keys:
        with pytest.raises(BrokenModelError):
            read_model(save((card, {k: v for k, v in tensors.items() if k != key}), target, {}))
    for key in (key for key in keys if tensors[key].numel() > 1):
        shorter = tensors[key].flatten()[:-1].contiguous()
        with pytest.raises(BrokenModelError):
            read_model(save(contents, target, {key: shorter}))
