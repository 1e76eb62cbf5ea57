"""From a codec to a run folder, and from its checkpoint to a look that decodes."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from llcodec._cards import read_card
from llcodec.codec.codec import Codec
from llcodec.codec.looks import read_look
from llcodec.codec.weights import read_model, write_model
from llcodec.data.folders import DataFolders
from llcodec.data.sampling import Mix
from llcodec.errors import BrokenModelError, InputError, UnknownModelError
from llcodec.imaging import Picture
from llcodec.nets.presets import Preset
from llcodec.training.checkpoint import read_notes
from llcodec.training.export import export_model
from llcodec.training.look_recipe import LookLossWeights, LookPreset, LookRecipe
from llcodec.training.look_run import LookRunOptions, digest_of, run_look
from llcodec.training.recipe import LearningRate
from llcodec.training.weight_files import export_run
from tests.codec.conftest import smooth_picture
from tests.codec.started import calibration_of, started_model

RECIPE = LookRecipe(
    LookPreset("tiny", discriminator_width=4),
    steps=3,
    batch=1,
    crop=64,
    adversarial_after=0,
    weights=LookLossWeights(ms_ssim=0),
    mix=Mix(0.7, 0.3),
    precision="float32",
)
NOTHING = DataFolders([], [])


@pytest.fixture(scope="module")
def codec(tiny_preset: Preset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weight file, and beside it the checkpoint that it was exported from."""
    model = started_model(tiny_preset)
    path = tmp_path_factory.mktemp("codec") / "tiny.safetensors"
    export_model(model, "tiny", calibration_of(model), {}, path)
    tensors = {f"ema.{k}": v.contiguous() for k, v in model.state_dict().items()}
    notes = {"preset": json.dumps(asdict(model.preset)), "stage": "joint", "hours": "0"}
    save_file(tensors, path.with_name("checkpoint.safetensors"), notes)
    return path


@pytest.fixture
def data(pair_folder: Path, photograph_folder: Path) -> DataFolders:
    return DataFolders.sort([pair_folder, photograph_folder])


def changes(codec: Path, look: Path) -> bool:
    """Whether a look changes what the codec decodes."""
    plain = Codec(str(codec), device="cpu")
    data = plain.encode(Picture(smooth_picture(96, 96, 3, white=60)))
    other = Codec(str(codec), device="cpu", detail=1, look=str(look))
    return not np.array_equal(plain.decode(data).pixels, other.decode(data).pixels)


def test_a_weight_file_gets_a_look(codec: Path, data: DataFolders, tmp_path: Path) -> None:
    recipe = replace(RECIPE, learning_rate=replace(RECIPE.learning_rate, peak=1e-2, warmup=1))
    assert run_look(recipe, codec, data, tmp_path / "run", LookRunOptions())
    assert (tmp_path / "run" / "sheets" / "step-0000003.png").is_file()
    look = tmp_path / "look.safetensors"
    export_run(tmp_path / "run" / "checkpoint.safetensors", NOTHING, None, look)
    card = read_card(look)
    assert (card.name, card.kind, card.preset) == ("tiny-look", "look", "fast")
    assert card.model is not None
    assert card.model.sha256 == read_card(codec).sha256
    assert card.training.steps == 3
    assert card.training.exported is not None
    assert card.notes["data"].endswith("3 pairs, 5 photographs")
    assert '"crop": 64' in card.notes["recipe"]
    assert changes(codec, look)


def test_a_checkpoint_gets_a_look_of_the_file_that_is_exported_from_it(
    codec: Path, data: DataFolders, tmp_path: Path
) -> None:
    checkpoint = codec.with_name("checkpoint.safetensors")
    run_look(RECIPE, checkpoint, data, tmp_path / "run", LookRunOptions())
    trained, look = tmp_path / "run" / "checkpoint.safetensors", tmp_path / "look.safetensors"
    with pytest.raises(InputError, match="--codec"):
        export_run(trained, NOTHING, None, look)
    export_run(trained, NOTHING, "mine", look, codec=codec)
    found = read_look(look)
    assert (found.name, found.shape.sha256) == ("mine", read_card(codec).sha256)


def test_a_look_of_another_codec_is_not_exported(
    codec: Path, data: DataFolders, tmp_path: Path, tiny_preset: Preset
) -> None:
    run_look(RECIPE, codec, data, tmp_path / "run", LookRunOptions())
    model = started_model(tiny_preset)
    with torch.no_grad():
        model.g_a0.layers[1].weight.mul_(1.5)
    other = tmp_path / "other.safetensors"
    export_model(model, "other", calibration_of(model), {}, other)
    checkpoint = tmp_path / "run" / "checkpoint.safetensors"
    with pytest.raises(InputError, match="not the codec that this look was trained for"):
        export_run(checkpoint, NOTHING, None, tmp_path / "look", codec=other)


def test_only_looks_belong_to_a_codec(codec: Path, tmp_path: Path) -> None:
    checkpoint = codec.with_name("checkpoint.safetensors")
    with pytest.raises(InputError, match="only a look"):
        export_run(checkpoint, NOTHING, None, tmp_path / "x", codec=codec)


def test_transforms_are_identified_whatever_the_rates(codec: Path) -> None:
    arrays = read_model(codec).arrays
    digest = digest_of(arrays)
    assert digest_of(arrays | {"gain.log_gain": arrays["gain.log_gain"] + 1}) == digest
    assert digest_of(arrays | {"g_s.layers.0.bias": arrays["g_s.layers.0.bias"] + 1}) != digest


def test_runs_are_not_overwritten_and_resume_with_their_codec(
    codec: Path, data: DataFolders, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    run_look(RECIPE, codec, data, out, LookRunOptions(max_hours=0))
    with pytest.raises(InputError, match="holds a run already"):
        run_look(RECIPE, codec, data, out, LookRunOptions())
    checkpoint = codec.with_name("checkpoint.safetensors")
    with pytest.raises(InputError, match=r"codec\.sha256"):
        run_look(RECIPE, checkpoint, data, out, LookRunOptions(resume=True))
    assert run_look(RECIPE, codec, data, out, LookRunOptions(resume=True))
    assert read_notes(out / "checkpoint.safetensors")["step"] == "3"


def test_pairs_alone_are_enough(codec: Path, pair_folder: Path, tmp_path: Path) -> None:
    data = DataFolders.sort([pair_folder])
    recipe = replace(RECIPE, mix=Mix(1, 0), steps=1)
    assert run_look(recipe, codec, data, tmp_path / "run", LookRunOptions())
    recipe = replace(RECIPE, bright_halves=False)
    with pytest.raises(InputError, match="needs photographs"):
        run_look(recipe, codec, data, tmp_path / "other", LookRunOptions())


def test_a_look_of_another_model_is_gone_on_from(
    codec: Path, data: DataFolders, tmp_path: Path
) -> None:
    run_look(RECIPE, codec, data, tmp_path / "first", LookRunOptions())
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    export_run(tmp_path / "first" / "checkpoint.safetensors", NOTHING, None, first)
    other = tmp_path / "other.safetensors"
    write_model(other, replace(read_model(codec), name="other"))
    options = LookRunOptions(look=first)
    slow = replace(RECIPE, learning_rate=LearningRate(1e-9))
    run_look(slow, other, data, tmp_path / "second", options)
    export_run(tmp_path / "second" / "checkpoint.safetensors", NOTHING, None, second)
    before, after = read_look(first), read_look(second)
    assert (before.shape.name, after.shape.name) == ("tiny", "other")
    for key, value in before.arrays.items():
        assert np.allclose(after.arrays[key], value, rtol=1e-2, atol=1e-6)
    assert after.training.hours is not None
    assert before.training.hours is not None
    assert after.training.hours > before.training.hours
    options = LookRunOptions(look=tmp_path / "none.safetensors")
    with pytest.raises(UnknownModelError, match=r"none\.safetensors"):
        run_look(RECIPE, codec, data, tmp_path / "third", options)


def test_lpips_needs_the_weights_of_its_backbone(
    codec: Path,
    data: DataFolders,
    tmp_path: Path,
    random_backbones: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recipe = replace(RECIPE, weights=LookLossWeights(ms_ssim=0, perceptual=1.0))
    (backbone,) = random_backbones.rglob("squeezenet*.pth")
    assert run_look(recipe, codec, data, tmp_path / "run", LookRunOptions(lpips=(backbone,)))
    with pytest.raises(UnknownModelError, match=r"none\.pth"):
        run_look(
            recipe, codec, data, tmp_path / "x", LookRunOptions(lpips=(tmp_path / "none.pth",))
        )
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", _no_network)
    with pytest.raises(UnknownModelError, match=r"cannot be downloaded .*: give a file, --lpips"):
        run_look(recipe, codec, data, tmp_path / "x", LookRunOptions())
    monkeypatch.setenv("TORCH_HOME", str(random_backbones))
    assert run_look(recipe, codec, data, tmp_path / "published", LookRunOptions())


def _no_network(*_: object, **__: object) -> None:
    raise OSError("no network")


def test_what_is_no_codec_cannot_be_started_from(data: DataFolders, tmp_path: Path) -> None:
    save_file({"x": torch.zeros(1)}, tmp_path / "x.safetensors")
    with pytest.raises(InputError, match="not the checkpoint of a codec"):
        run_look(RECIPE, tmp_path / "x.safetensors", data, tmp_path / "run", LookRunOptions())
    save_file({"x": torch.zeros(1)}, tmp_path / "y.safetensors", {"llcodec": "{}"})
    with pytest.raises(BrokenModelError, match="not a weight file of the format"):
        run_look(RECIPE, tmp_path / "y.safetensors", data, tmp_path / "run", LookRunOptions())
