"""What the tests of several folders share."""

import signal
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from llcodec.nerco.presets import COMPACT, NercoPreset
from llcodec.nets.presets import FAST, Preset
from llcodec.nets.snr_transformer import TransformerShape
from llcodec.snr_aware.presets import SnrAwarePreset


def pytest_configure() -> None:
    """Listen to Ctrl-C even where the tests were started in the background of a script.

    Shells make such processes, and all that they start, ignore it.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose mark ``extra`` names a library that is not installed."""
    for mark in item.iter_markers("extra"):
        if find_spec(mark.args[0]) is None:
            pytest.skip(f"{mark.args[0]} is an extra")


@pytest.fixture(scope="session")
def tiny_preset() -> Preset:
    """The shape of the fast preset, with few channels."""
    return replace(
        FAST,
        widths=(8, 8, 8, 16),
        blocks=(1, 1, 1, 1),
        latents=16,
        hyper_latents=8,
        hyper_hidden=8,
        hyper_features=12,
        context_features=12,
        entropy_hidden=(16,),
        condition=8,
        tone_members=2,
    )


@pytest.fixture(scope="session")
def tiny_nerco() -> NercoPreset:
    """The shape of the compact NeRCo, with few channels."""
    return replace(
        COMPACT,
        extractor_width=8,
        extractor_blocks=1,
        features=4,
        mlp_width=8,
        mask_width=8,
        enhancer_width=8,
        enhancer_blocks=1,
        degrader_width=8,
        degrader_blocks=1,
        discriminator_width=4,
        discriminator_reduction=1,
    )


@pytest.fixture(scope="session")
def tiny_snr_aware() -> SnrAwarePreset:
    """The shape of the compact SNR-aware enhancer, with few channels."""
    return SnrAwarePreset(
        name="snr-aware-tiny",
        widths=(8, 8, 12),
        local_blocks=1,
        features=4,
        transformer=TransformerShape(layers=1, heads=2, head_width=8, ffn_width=32),
        snr="robust",
    )


@pytest.fixture(scope="session")
def random_backbones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of PyTorch (TORCH_HOME) whose cache has AlexNet and VGG16, with random features.

    They are whole and have their published names, as torchvision wants them; of the layers that
    are not features, each is one number, spread out when it is read.
    """
    if find_spec("torchmetrics") is None:
        pytest.skip("torchmetrics is an extra")
    from llcodec.metrics.perceptual.backbone import ALEXNET, VGG16
    from llcodec.metrics.perceptual.library import import_library

    import_library()
    from torchvision.models import get_model

    home, random = tmp_path_factory.mktemp("torch"), torch.Generator().manual_seed(0)
    cache = home / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    for backbone in (ALEXNET, VGG16):
        with torch.device("meta"):
            shapes = {k: v.shape for k, v in get_model(backbone.name).state_dict().items()}
        state = {name: torch.zeros(1).expand(shape) for name, shape in shapes.items()}
        for name, shape in shapes.items():
            if name.startswith("features."):
                # Weights keep the size of what goes through; biases are small beside it.
                deviation = (2 / shape[1:].numel()) ** 0.5 if len(shape) == 4 else 0.01
                state[name] = deviation * torch.randn(shape, generator=random)
        torch.save(state, cache / backbone.file_name)
    return home


def _make_picture(path: Path, width: int = 24, height: int = 16, seed: int = 0) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 60, (height, width, 3), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture(scope="session")
def picture() -> Callable[..., Path]:
    """Make a small dark picture at a path."""
    return _make_picture


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The ``.llc`` file of a picture of 16×16."""
    import llcodec

    path = _make_picture(tmp_path_factory.mktemp("sample") / "dark.png", 16, 16)
    return llcodec.encode(path)
