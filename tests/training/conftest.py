"""A tiny model and a few synthetic pictures to train it with."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from llcodec.data.pairs import Pair
from llcodec.data.sampling import Sources, gather_sources
from llcodec.metrics.perceptual import PerceptualMetric
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import Preset
from llcodec.training.karhunen_loeve import patch_basis, warm_start
from llcodec.training.perceptual import load_backbones
from llcodec.training.recipe import LAMBDAS


@pytest.fixture(scope="session")
def sources(pairs: list[Pair], photographs: list[NDArray[np.uint8]]) -> Sources:
    return gather_sources(pairs, photographs)


@pytest.fixture(scope="session")
def tiny_model(
    tiny_preset: Preset, photographs: list[NDArray[np.uint8]]
) -> Callable[..., JointModel]:
    basis = patch_basis(photographs, tiny_preset.latents, np.random.default_rng(0), patches=2000)

    def make(preset: Preset = tiny_preset) -> JointModel:
        """Return the same model each time, started from the Karhunen–Loève transform."""
        torch.manual_seed(1)
        model = JointModel(preset)
        warm_start(model, *basis, LAMBDAS)
        return model

    return make


@pytest.fixture
def lpips(random_backbones: Path, monkeypatch: pytest.MonkeyPatch) -> PerceptualMetric:
    """LPIPS, with random features."""
    monkeypatch.setenv("TORCH_HOME", str(random_backbones))
    (metric,) = load_backbones(["squeezenet"], [])
    return metric


@pytest.fixture
def lpips_on_alexnet(random_backbones: Path, monkeypatch: pytest.MonkeyPatch) -> PerceptualMetric:
    monkeypatch.setenv("TORCH_HOME", str(random_backbones))
    (metric,) = load_backbones(["alexnet"], [])
    return metric
