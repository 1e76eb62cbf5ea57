from collections.abc import Callable

import numpy as np
import torch

from llcodec.data.sampling import CropSampler, Mix, Sources
from llcodec.nets.joint import JointModel
from llcodec.nets.tone import apply_tone
from llcodec.training.toned_targets import toned


def test_targets_follow_the_curves(tiny_model: Callable[[], JointModel], sources: Sources) -> None:
    model = tiny_model()
    batch = CropSampler(sources, Mix(1, 0), np.random.default_rng(0)).crops(4, 64)
    curve, same = toned(model, batch, 0.0)
    assert curve is not None
    assert torch.equal(same, batch.high)
    _, target = toned(model, batch, 1.0)
    assert not target.requires_grad
    bright = apply_tone(batch.low_thumbnail, curve).mean((1, 2, 3))
    before, after = (
        (picture.mean((1, 2, 3)) - bright).abs().mean() for picture in (batch.high, target)
    )
    assert float(after) < float(before)


def test_without_tone_networks_targets_stay(
    tiny_model: Callable[[], JointModel], sources: Sources
) -> None:
    model = tiny_model()
    model.tone = None
    batch = CropSampler(sources, Mix(1, 0), np.random.default_rng(0)).crops(2, 64)
    curve, target = toned(model, batch, 1.0)
    assert curve is None
    assert target is batch.high
