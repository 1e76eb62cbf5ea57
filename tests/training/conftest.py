"""A tiny model and a few synthetic pictures to train it with."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from llcodec.codec.joint import JointModel
from llcodec.data.darkening import Darkening, darken
from llcodec.data.pairs import Pair
from llcodec.data.sampling import Sources, gather_sources
from llcodec.nets.presets import Preset
from llcodec.text_guide.shape import GuideShape
from llcodec.training.karhunen_loeve import patch_basis, warm_start
from llcodec.training.recipe import LAMBDAS
from llcodec.training.text_contrast import TextGuideRecipe


def photograph(seed: int, height: int = 128, width: int = 160) -> NDArray[np.uint8]:
    """A random picture whose spectrum falls as that of photographs does."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(
        *np.meshgrid(np.fft.fftfreq(height), np.fft.rfftfreq(width), indexing="ij")
    )
    spectrum = np.fft.rfft2(rng.normal(size=(4, height, width))) / (frequency + 0.01) ** 2
    planes = np.fft.irfft2(spectrum, (height, width))
    planes = (planes / planes.std((1, 2), keepdims=True)).transpose(1, 2, 0)
    colour = planes[..., :1] + 0.3 * planes[..., 1:]
    return ((0.5 + 0.18 * colour).clip(0, 1) * 255).round().astype(np.uint8)


def dark_pair(seed: int, exposure: float) -> Pair:
    high = photograph(seed)
    how = Darkening(exposure, (1.15, 1.0, 0.8), shot=1e-4, read=3e-4, contrast=0.3)
    low = darken(high.astype(np.float32) / 255, how, np.random.default_rng(seed))
    return Pair(f"scene {seed}", (low * 255).round().astype(np.uint8), high)


@pytest.fixture(scope="session")
def pairs() -> list[Pair]:
    return [dark_pair(seed, exposure) for seed, exposure in enumerate((0.02, 0.05, 0.1, 0.2))]


@pytest.fixture(scope="session")
def photographs() -> list[NDArray[np.uint8]]:
    return [photograph(seed) for seed in range(10, 14)]


@pytest.fixture(scope="session")
def pair_folder(pairs: list[Pair], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pairs as files: three to train with, one to validate."""
    root = tmp_path_factory.mktemp("pairs")
    rows = ["split,low,high"]
    for number, pair in enumerate(pairs):
        for kind, pixels in (("low", pair.low), ("high", pair.high)):
            Image.fromarray(pixels).save(root / f"{kind}{number}.png")
        split = "val" if number == 3 else "train"
        rows.append(f"{split},low{number}.png,high{number}.png")
    (root / "pairs.csv").write_text("\n".join(rows) + "\n")
    return root


@pytest.fixture(scope="session")
def photograph_folder(
    photographs: list[NDArray[np.uint8]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    root = tmp_path_factory.mktemp("photographs")
    for number, pixels in enumerate(photographs):
        Image.fromarray(pixels).save(root / f"{number}.png")
    return root


@pytest.fixture(scope="session")
def sources(pairs: list[Pair], photographs: list[NDArray[np.uint8]]) -> Sources:
    return gather_sources(pairs, photographs)


@pytest.fixture(scope="session")
def tiny_model(
    tiny_preset: Preset, photographs: list[NDArray[np.uint8]]
) -> Callable[[], JointModel]:
    basis = patch_basis(photographs, tiny_preset.latents, np.random.default_rng(0), patches=2000)

    def make() -> JointModel:
        """Return the same model each time, started from the Karhunen–Loève transform."""
        torch.manual_seed(1)
        model = JointModel(tiny_preset)
        warm_start(model, *basis, LAMBDAS)
        return model

    return make


@pytest.fixture(scope="session")
def text_guide_recipe() -> TextGuideRecipe:
    """A guide that a second is enough for."""
    shape = GuideShape(
        image_size=32,
        patch=8,
        width=64,
        layers=2,
        context=24,
        vocabulary=2048,
        text_width=64,
        text_layers=1,
        embedding=32,
    )
    return TextGuideRecipe(
        steps=40,
        batch=12,
        warmup=5,
        ema_decay=0.9,
        validate_every=40,
        learning_rate=2e-3,
        shape=shape,
    )
