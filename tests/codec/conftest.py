"""A tiny model, started from the Karhunen–Loève transform and exported, and pictures for it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from llcodec._arrays import Pixels
from llcodec.codec.codec import Codec
from llcodec.nets.presets import Preset

if TYPE_CHECKING:
    from tests.codec.started import Tiny

MakePicture = Callable[..., Pixels]


def smooth_picture(height: int, width: int, seed: int = 0, white: float = 255) -> Pixels:
    """A random picture whose spectrum falls as that of photographs does."""
    rng = np.random.default_rng(seed)
    rows, columns = max(height, 160), max(width, 160)
    frequency = np.hypot(
        *np.meshgrid(np.fft.fftfreq(rows), np.fft.rfftfreq(columns), indexing="ij")
    )
    spectrum = np.fft.rfft2(rng.normal(size=(4, rows, columns))) / (frequency + 0.01) ** 2
    planes = np.fft.irfft2(spectrum, (rows, columns))
    planes = (planes / planes.std((1, 2), keepdims=True)).transpose(1, 2, 0)
    colour = planes[..., :1] + 0.3 * planes[..., 1:]
    bright = (0.5 + 0.18 * colour).clip(0, 1)[:height, :width]
    samples: Pixels = (bright * white).round().astype(np.uint8)
    return samples


@pytest.fixture(scope="session")
def tiny(tiny_preset: Preset, tmp_path_factory: pytest.TempPathFactory) -> "Tiny":
    from llcodec.training.export import export_model
    from tests.codec.started import Tiny, calibration_of, started_model

    model = started_model(tiny_preset)
    calibration = calibration_of(model)
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    export_model(model, "tiny", calibration, {"data": "noise"}, path)
    codec = Codec(str(path), device="cpu")
    return Tiny(model, calibration, path, codec.file, codec)


@pytest.fixture(scope="session")
def make_picture() -> MakePicture:
    return smooth_picture
