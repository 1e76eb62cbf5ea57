"""Pictures of many kinds of damage, and weights that are there."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter

from llcodec.metrics.perceptual import NAMES, MetricChoice, PerceptualMetric
from llcodec.metrics.perceptual.library import import_library
from llcodec.metrics.perceptual.metric import BACKBONES

Pixels = np.ndarray


@pytest.fixture
def cache(random_backbones: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """PyTorch's cache, with random weights under the names of the published ones."""
    monkeypatch.setenv("TORCH_HOME", str(random_backbones))
    return Path(torch.hub.get_dir()) / "checkpoints"


@pytest.fixture(
    params=["random", pytest.param("published", marks=pytest.mark.published_weights)],
)
def metrics(
    request: pytest.FixtureRequest, random_backbones: Path, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, PerceptualMetric]:
    """All of them; the cache is where their weights are from."""
    if request.param == "random":
        monkeypatch.setenv("TORCH_HOME", str(random_backbones))
    else:
        skip_without_published_weights()
    return {name: MetricChoice(name).load() for name in NAMES}


def skip_without_published_weights() -> None:
    import_library()
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    names = [backbone.file_name for backbone in BACKBONES.values()]
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        pytest.skip(f"{', '.join(missing)} not in PyTorch's cache")


@pytest.fixture
def scene() -> Pixels:
    """A picture of 48×64 pixels with soft patches of all colours."""
    small = np.random.default_rng(0).integers(30, 240, (12, 16, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((64, 48), Image.Resampling.BICUBIC))


@pytest.fixture
def blurred(scene: Pixels) -> list[Pixels]:
    """The scene, ever more out of focus."""
    picture = Image.fromarray(scene)
    return [np.asarray(picture.filter(ImageFilter.GaussianBlur(r))) for r in (0.5, 1, 2, 4)]


@pytest.fixture
def noisy(scene: Pixels) -> list[Pixels]:
    """The scene with ever more of the same noise."""
    noise = np.random.default_rng(1).normal(0, 1, scene.shape)
    return [(scene + s * noise).clip(0, 255).round().astype(np.uint8) for s in (4, 12, 36)]
