"""What the tests of several folders share."""

import signal
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from llcodec import _shipped
from llcodec.data.darkening import Darkening, darken
from llcodec.data.pairs import Pair
from llcodec.nerco.presets import COMPACT, NercoPreset
from llcodec.nets.presets import FAST, Preset, TransformerShape
from llcodec.snr_aware.presets import SnrAwarePreset
from tests.core_alone import CoreAlone


def pytest_configure(config: pytest.Config) -> None:
    """Skip what needs PyTorch where there is none, and listen to Ctrl-C.

    Shells make processes that are started in the background of a script, and all that they start,
    ignore it.
    """
    config.pluginmanager.register(CoreAlone())
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


Ship = Callable[[Path], None]


@pytest.fixture
def ship(monkeypatch: pytest.MonkeyPatch) -> Ship:
    """Make a folder pass for that of all shipped models."""

    def alone(folder: Path) -> None:
        monkeypatch.setattr(_shipped, "_CHECKOUT", folder)
        monkeypatch.setattr(_shipped, "_INSTALLED", folder / "missing")
        monkeypatch.setattr(_shipped, "_MORE", "no_module")

    return alone


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
    """A home of PyTorch (TORCH_HOME) whose cache has all backbones, with random features.

    They are whole and have their published names, as torchvision wants them; of the layers that
    are not features, each is one number, spread out when it is read.
    """
    if find_spec("torchmetrics") is None:
        pytest.skip("torchmetrics is an extra")
    from llcodec.metrics.perceptual.library import import_library
    from llcodec.metrics.perceptual.metric import BACKBONES

    import_library()
    import torch
    from torchvision.models import get_model

    home, random = tmp_path_factory.mktemp("torch"), torch.Generator().manual_seed(0)
    cache = home / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    for backbone in BACKBONES.values():
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
    pixels: NDArray[np.uint8] = ((0.5 + 0.18 * colour).clip(0, 1) * 255).round().astype(np.uint8)
    return pixels


def dark_pair(seed: int, exposure: float) -> Pair:
    high = photograph(seed)
    how = Darkening(exposure, (1.15, 1.0, 0.8), shot=1e-4, read=3e-4, contrast=0.3)
    low = darken(high.astype(np.float32) / np.float32(255), how, np.random.default_rng(seed))
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
