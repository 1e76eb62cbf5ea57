from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from llcodec._cards import TrainingFacts
from llcodec.codec.weights import read_model, write_model
from llcodec.data.folders import DataFolders
from llcodec.data.sampling import Sources
from llcodec.engine.torch_models import joint_model
from llcodec.errors import InputError
from llcodec.nets.density import round_ste
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import Preset, paper_preset
from llcodec.nets.tone_networks import build_tone_network
from llcodec.training.checkpoint import save_checkpoint, save_snapshot
from llcodec.training.codec import CodecTrainer
from llcodec.training.recipe import LAMBDAS, StageRecipe
from llcodec.training.starting import (
    has_tone_network,
    load_trained,
    new_joint_model,
    new_plain_model,
)
from llcodec.training.weight_files import export_run

NOTHING = Sources((), (), (), ())
LADDER = tuple(v / 2 for v in LAMBDAS)
RECIPE = StageRecipe(steps=1, batch=1, crop=64, precision="float32", validate_every=9)


@pytest.fixture
def plain(tiny_preset: Preset, sources: Sources, tmp_path: Path) -> Path:
    """The checkpoint of a plain run."""
    model = new_plain_model(tiny_preset, RECIPE, sources, seed=1)
    trainer = CodecTrainer(model, "plain", RECIPE, sources, [], tmp_path)
    trainer.run()
    return trainer.checkpoint


def no_tone(preset: Preset) -> Preset:
    return replace(preset, global_tone=False)


def test_the_plain_codec_starts_from_the_transform_of_its_photographs(
    tiny_preset: Preset, sources: Sources
) -> None:
    model = new_plain_model(tiny_preset, RECIPE, sources, seed=1)
    assert model.preset == tiny_preset.plain()
    assert model.linear_analysis is not None
    basis = model.linear_analysis.conv.weight[:, :, 8:24, 8:24].flatten(1)
    torch.testing.assert_close(basis @ basis.T, torch.eye(16), atol=1e-4, rtol=0)
    assert float(model.latent_scale[0]) > 5 * float(model.latent_scale[-1])


def test_plain_training_continues_from_a_checkpoint(
    tiny_preset: Preset, plain: Path, sources: Sources
) -> None:
    """All weights are those of the start, and the gains follow λ: 5 at half of λ is 4 before."""
    before, _ = load_trained(plain)
    same = new_plain_model(tiny_preset, RECIPE, NOTHING, seed=7, start=plain).state_dict()
    assert all(torch.equal(value, same[key]) for key, value in before.state_dict().items())
    half = replace(RECIPE, lambdas=LADDER)
    model = new_plain_model(tiny_preset, half, NOTHING, seed=7, start=plain)
    five, four = torch.tensor([5.0]), torch.tensor([4.0])
    torch.testing.assert_close(model.log_gain(five), before.log_gain(four))
    torch.testing.assert_close(model.inverse_gain(five), before.inverse_gain(four))


def test_plain_training_continues_from_a_weight_file(
    tiny_preset: Preset, plain: Path, pair_folder: Path
) -> None:
    weights = plain.with_name("plain.safetensors")
    export_run(plain, DataFolders.sort([pair_folder]), "tiny", weights, LADDER)
    file = read_model(weights)
    before = joint_model(file.preset, file.arrays)
    model = new_plain_model(tiny_preset, RECIPE, NOTHING, seed=7, start=weights).eval()
    x = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(model.analyse(x, None), before.analyse(x, None))
    five, four = torch.tensor([5.0]), torch.tensor([4.0])
    torch.testing.assert_close(model.log_gain(four), before.log_gain(five))


def test_plain_training_does_not_start_from_a_codec_that_brightens(
    tiny_preset: Preset, shipped: Path
) -> None:
    checkpoint = shipped.parent / "joint" / "checkpoint.safetensors"
    for start in (shipped, checkpoint):
        with pytest.raises(InputError, match="a codec that brightens"):
            new_plain_model(tiny_preset, RECIPE, NOTHING, seed=7, start=start)


def test_the_plain_codec_starts_from_a_snapshot(
    tiny_preset: Preset, plain: Path, tmp_path: Path
) -> None:
    snapshot = tmp_path / "snapshot.safetensors"
    save_snapshot(plain, snapshot)
    from_both = [
        new_plain_model(tiny_preset, RECIPE, NOTHING, seed=7, start=start).state_dict()
        for start in (plain, snapshot)
    ]
    for name, value in from_both[0].items():
        torch.testing.assert_close(from_both[1][name], value, rtol=1e-3, atol=1e-4)


def test_plain_training_does_not_start_from_another_shape(tiny_preset: Preset, plain: Path) -> None:
    other = replace(tiny_preset, widths=(8, 8, 8, 24))
    with pytest.raises(InputError, match="another network"):
        new_plain_model(other, RECIPE, NOTHING, seed=7, start=plain)


def test_gains_are_not_moved_to_a_ladder_of_another_length(
    tiny_preset: Preset, plain: Path
) -> None:
    one_rate = replace(RECIPE, lambdas=(0.01, 0.02), rate_point=1)
    with pytest.raises(InputError, match="8 values of λ"):
        new_plain_model(tiny_preset, one_rate, NOTHING, seed=7, start=plain)


def test_the_joint_network_starts_as_the_plain_codec(tiny_preset: Preset, plain: Path) -> None:
    before, _ = load_trained(plain)
    model = new_joint_model(no_tone(tiny_preset), RECIPE, plain, None, seed=2).eval()
    x, quality = torch.rand(1, 3, 64, 64), torch.tensor([3.0])
    with torch.no_grad():
        out = model(x, None, quality, enhance=False, rounding=round_ste)
        was = before(x, None, quality, enhance=False, rounding=round_ste)
    assert torch.equal(out.x_hat, was.x_hat)
    assert torch.equal(out.latent_bits, was.latent_bits)


def test_gains_follow_another_ladder(tiny_preset: Preset, plain: Path) -> None:
    """Half of each λ: quality 5 does what quality 4 did."""
    half = replace(RECIPE, lambdas=tuple(v / 2 for v in RECIPE.lambdas))
    before, _ = load_trained(plain)
    model = new_joint_model(no_tone(tiny_preset), half, plain, None, seed=2)
    five, four = torch.tensor([5.0]), torch.tensor([4.0])
    torch.testing.assert_close(model.log_gain(five), before.log_gain(four))
    torch.testing.assert_close(model.inverse_gain(five), before.inverse_gain(four))


@pytest.fixture
def shipped(tiny_preset: Preset, plain: Path, pair_folder: Path) -> Path:
    """The weight file of a joint run of no steps, its qualities spread anew."""
    tone = plain.with_name("tone.safetensors")
    save_file(build_tone_network(tiny_preset.tone_members).state_dict(), tone)
    model = new_joint_model(tiny_preset, RECIPE, plain, tone, seed=2)
    trainer = CodecTrainer(model, "joint", RECIPE, NOTHING, [], plain.parent / "joint")
    trainer.out.mkdir()
    save_checkpoint(trainer.checkpoint, trainer.state)
    out = plain.with_name("weights.safetensors")
    export_run(trainer.checkpoint, DataFolders.sort([pair_folder]), "tiny", out, LADDER)
    return out


def test_training_continues_from_a_weight_file(tiny_preset: Preset, shipped: Path) -> None:
    assert has_tone_network(shipped)
    model = new_joint_model(tiny_preset, RECIPE, shipped, shipped, seed=3).eval()
    read = read_model(shipped)
    file = joint_model(read.preset, read.arrays)
    x = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        curve, same = model.predict_tone(x), file.predict_tone(x)
        assert curve is not None
        assert same is not None
        torch.testing.assert_close(asdict(curve), asdict(same))
        torch.testing.assert_close(model.analyse(x, curve), file.analyse(x, curve))
    # The file's gains are for half of each λ: quality 4 of the recipe is 5 of the file.
    five, four = torch.tensor([5.0]), torch.tensor([4.0])
    torch.testing.assert_close(model.log_gain(four), file.log_gain(five))


def test_a_weight_file_must_tell_its_lambdas(tiny_preset: Preset, shipped: Path) -> None:
    file = read_model(shipped)
    write_model(shipped, replace(file, notes={}, training=TrainingFacts()))
    with pytest.raises(InputError, match="does not state the values of λ"):
        new_joint_model(tiny_preset, RECIPE, shipped, shipped, seed=3)


def test_a_weight_file_without_a_tone_network_gives_none(
    tiny_preset: Preset, shipped: Path
) -> None:
    bare = shipped.with_name("bare.safetensors")
    file = read_model(shipped)
    arrays = {key: value for key, value in file.arrays.items() if not key.startswith("tone.")}
    write_model(bare, replace(file, preset=no_tone(tiny_preset), arrays=arrays))
    assert not has_tone_network(bare)
    with pytest.raises(InputError, match="has no tone network"):
        new_joint_model(tiny_preset, RECIPE, shipped, bare, seed=3)


def test_a_tone_network_is_needed_where_the_preset_has_one(
    tiny_preset: Preset, plain: Path
) -> None:
    with pytest.raises(InputError, match="needs a tone network"):
        new_joint_model(tiny_preset, RECIPE, plain, None, seed=2)


def test_checkpoints_of_another_shape_are_refused(tiny_preset: Preset, plain: Path) -> None:
    other = replace(no_tone(tiny_preset), widths=(8, 8, 8, 24))
    with pytest.raises(InputError, match="another network"):
        new_joint_model(other, RECIPE, plain, None, seed=2)
    weights = plain.with_name("weights.safetensors")
    save_file({"a": torch.zeros(1)}, weights)
    with pytest.raises(InputError, match="not the checkpoint of a codec"):
        load_trained(weights)


def test_the_paper_starts_from_random_weights(sources: Sources) -> None:
    small = replace(paper_preset(), widths=(8,) * 4, latents=8, hyper_latents=8, hyper_hidden=8)
    small = replace(small, hyper_features=16, context_features=16, entropy_hidden=(26, 21))
    recipe = replace(RECIPE, lambdas=(0.0016,), rate_point=1)
    model = new_plain_model(small, recipe, sources, seed=1)
    assert isinstance(model, JointModel)
    assert model.linear_analysis is None
    assert model.gain is None
