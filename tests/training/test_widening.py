from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from llcodec.data.sampling import Sources
from llcodec.errors import InputError
from llcodec.nets.density import round_ste
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import Preset
from llcodec.training.codec import CodecTrainer
from llcodec.training.recipe import StageRecipe
from llcodec.training.starting import load_trained, new_plain_model
from llcodec.training.widening import widen

RECIPE = StageRecipe(steps=3, batch=2, crop=64, precision="float32", validate_every=9)
QUALITY = torch.tensor([6.0])


@pytest.fixture(scope="module")
def checkpoint(
    tiny_preset: Preset, sources: Sources, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    model = new_plain_model(tiny_preset, RECIPE, sources, seed=1)
    trainer = CodecTrainer(model, "plain", RECIPE, sources, [], tmp_path_factory.mktemp("run"))
    trainer.run()
    return trainer.checkpoint


@pytest.fixture(scope="module")
def narrow(checkpoint: Path) -> JointModel:
    return load_trained(checkpoint)[0]


@pytest.fixture(scope="module")
def wide(tiny_preset: Preset, sources: Sources, checkpoint: Path) -> JointModel:
    more = replace(tiny_preset, latents=24)
    return new_plain_model(more, RECIPE, sources, seed=1, narrow=checkpoint).eval()


@torch.no_grad()
def test_old_latents_are_made_and_predicted_as_before(wide: JointModel, narrow: JointModel) -> None:
    x = torch.rand(1, 3, 64, 64)
    y, was = wide.analyse(x, None), narrow.analyse(x, None)
    torch.testing.assert_close(y[:, :16], was)
    gains = wide.log_gain(QUALITY), narrow.log_gain(QUALITY)
    hyper = wide.h_s(round_ste(wide.h_a(y / wide.coded_scale[None, :, None, None])))
    before = narrow.h_s(round_ste(narrow.h_a(was / narrow.coded_scale[None, :, None, None])))
    torch.testing.assert_close(hyper, before)
    for new, old in zip(
        wide._estimate(hyper, y, gains[0]), narrow._estimate(before, was, gains[1]), strict=True
    ):
        torch.testing.assert_close(new[:, :16], old)


@torch.no_grad()
def test_pictures_are_as_before_where_new_latents_are_zero(
    wide: JointModel, narrow: JointModel
) -> None:
    y = torch.randn(1, 16, 4, 4)
    torch.testing.assert_close(wide.synthesise(F.pad(y, (0, 0, 0, 0, 0, 8))), narrow.synthesise(y))


@torch.no_grad()
def test_new_latents_add_detail(wide: JointModel, narrow: JointModel, sources: Sources) -> None:
    patch = torch.from_numpy(sources.photographs[0][:64, :64].copy()).permute(2, 0, 1)[None] / 255
    mse = [
        float(F.mse_loss(model(patch, None, torch.tensor([8.0])).x_hat, patch))
        for model in (wide, narrow)
    ]
    assert mse[0] < mse[1]


def test_other_shapes_are_refused(tiny_preset: Preset, narrow: JointModel) -> None:
    for changes in ({"latents": 16}, {"latents": 24, "hyper_hidden": 12}):
        other = JointModel(replace(tiny_preset.plain(), **changes))  # type: ignore[arg-type]
        with pytest.raises(InputError, match="fewer latents"):
            widen(other, narrow)


def test_other_ladders_are_refused(tiny_preset: Preset, sources: Sources, checkpoint: Path) -> None:
    other = replace(RECIPE, lambdas=tuple(2 * v for v in RECIPE.lambdas))
    with pytest.raises(InputError, match="λ"):
        new_plain_model(replace(tiny_preset, latents=24), other, sources, 1, narrow=checkpoint)
