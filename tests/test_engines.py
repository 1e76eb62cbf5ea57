"""Files of either engine decode with both: to the same symbols, and within one level."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from llcodec._shipped import shipped_codecs
from llcodec.codec.codec import Codec, Target
from llcodec.container import Limits, unpack
from llcodec.enhancing.enhancer import Enhancer
from llcodec.imaging import Picture
from measurements.golden import LEVEL, distance, facts

pytestmark = pytest.mark.extra("torch")

ENGINES = ("onnx", "torch")


@cache
def codec_of(model: str, engine: str) -> Codec:
    return Codec(model, engine=engine, device="cpu")


def dark(height: int, width: int, *, deep: bool = False) -> Picture:
    rng = np.random.default_rng(height * width)
    slope = (
        np.linspace(0.02, 0.3, width)[None, :, None] * np.linspace(0.3, 1, height)[:, None, None]
    )
    values = (slope + rng.normal(0, 0.01, (height, width, 3))).clip(0, 1)
    kind, white = (np.uint16, 65535) if deep else (np.uint8, 255)
    return Picture((values * white).astype(kind))


def alpha_of(picture: Picture) -> Picture:
    alpha = np.arange(picture.width * picture.height).reshape(picture.pixels.shape[:2])
    return replace(picture, alpha=(alpha % 256).astype(np.uint8))


PICTURES = {
    "1x1": (dark(1, 1), 2048),
    "odd": (dark(37, 61), 2048),
    "a thin one": (dark(3, 300), 2048),
    "alpha": (alpha_of(dark(40, 50)), 2048),
    "16 bits": (dark(64, 90, deep=True), 2048),
    "tiles": (dark(130, 200), 64),
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("model", sorted(shipped_codecs()))
def test_files_of_either_engine_decode_with_both(model: str, name: str) -> None:
    picture, tile_size = PICTURES[name]
    codecs = [codec_of(model, engine) for engine in ENGINES]
    assert [codec.engine for codec in codecs] == list(ENGINES)
    for encoder in codecs:
        data = encoder.encode(picture, Target(5.0), tile_size=tile_size)
        assert len(unpack(data, Limits()).tiles) == (12 if name == "tiles" else 1)
        one, other = (facts(data, codec.file.coder()) for codec in codecs)
        assert one == other
        for brightness in (1.0, 0.0) if codecs[0].file.brightens else (1.0,):
            mine, theirs = (codec.decode(data, brightness=brightness) for codec in codecs)
            assert mine.pixels.dtype == picture.pixels.dtype
            assert mine.pixels.shape == picture.pixels.shape
            assert distance(mine, theirs) <= LEVEL
        small = [codec.decode_small(data, 8) for codec in codecs]
        assert distance(*small) <= LEVEL


@pytest.mark.parametrize("name", ["odd", "16 bits"])
@pytest.mark.parametrize("model", ["joint", "nerco-3", "nerco", "snr-aware"])
def test_both_enhance_alike(model: str, name: str) -> None:
    picture, _ = PICTURES[name]
    mine, theirs = (
        Enhancer(model, engine=engine, device="cpu").enhance(picture, 0.8) for engine in ENGINES
    )
    assert mine.pixels.mean() > 1.5 * picture.pixels.mean()
    assert distance(mine, theirs) <= LEVEL
