"""Latents to streams and back, with the networks and tables of the shipped model."""

import numpy as np
import pytest

from llcodec._bitstream import LATENT_UNITS
from llcodec.codec.models import load_model
from llcodec.codec.weights import ModelFile
from llcodec.entropy.latent_coder import Floats, LatentCoder, TileLatents
from llcodec.entropy.walk import Latents
from llcodec.errors import CorruptError

QUALITIES = (256, 1024, 1111, 2048)


@pytest.fixture(scope="module")
def model() -> ModelFile:
    return load_model("fast")


@pytest.fixture(scope="module")
def coder(model: ModelFile) -> LatentCoder:
    return model.coder()


def latents(model: ModelFile, height: int, width: int, spread: float = 1.0) -> Floats:
    """Random latents of about the size that pictures have."""
    rng = np.random.default_rng(7)
    noise = rng.standard_normal((model.preset.latents, height, width), np.float32)
    scale = model.arrays["latent_scale"][:, None, None]
    return np.asarray(noise * scale * np.float32(3 * spread))


def hyper(model: ModelFile, height: int, width: int, reach: int = 3) -> Latents:
    shape = model.preset.hyper_latents, -(-height // 4), -(-width // 4)
    return np.random.default_rng(8).integers(-reach, reach + 1, shape, np.int32)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 5), (3, 2), (8, 8), (17, 9)])
@pytest.mark.parametrize("quality", QUALITIES)
def test_round_trip(
    model: ModelFile, coder: LatentCoder, height: int, width: int, quality: int
) -> None:
    y, z = latents(model, height, width), hyper(model, height, width)
    stream, seen = coder.encode(y, z, quality)
    back = coder.decode(stream, height, width, quality)
    assert np.array_equal(back.y_hat, seen.y_hat)
    assert np.array_equal(back.z_hat, seen.z_hat)
    assert back.checksum() == seen.checksum()


def test_decoded_latents_are_within_half_a_step_unless_skipped(
    model: ModelFile, coder: LatentCoder
) -> None:
    y = latents(model, 12, 12, spread=4.0)
    _, seen = coder.encode(y, hyper(model, 12, 12), 2048)
    error = np.abs(seen.y_hat / LATENT_UNITS - y)
    assert (error <= 0.5 + 1 / LATENT_UNITS).mean() > 0.95


def test_extreme_values_survive(model: ModelFile, coder: LatentCoder) -> None:
    y = latents(model, 4, 4)
    y[0, 0, 0], y[3, 1, 2], y[7, 3, 3] = 1e9, -1e9, 31_000.0
    z = hyper(model, 4, 4)
    z[0, 0, 0], z[5, 0, 0] = 10**6, -30_000
    stream, seen = coder.encode(y, z, 1024)
    assert np.array_equal(coder.decode(stream, 4, 4, 1024).y_hat, seen.y_hat)


def test_start_indices_are_interpolated_between_qualities(coder: LatentCoder) -> None:
    networks = coder.networks
    for number in range(8):
        start = networks.at_quality(256 * (number + 1))[0].start
        assert np.array_equal(start, networks.index_start[number])
    middle = networks.at_quality(256 * 3 + 128)[0].start
    expected = np.floor((networks.index_start[2] + networks.index_start[3]) / 2)
    assert np.array_equal(middle, expected)


def test_hostile_streams_are_safe(coder: LatentCoder) -> None:
    rng = np.random.default_rng(0)
    for length in (0, 4, 8, 64, 4000):
        stream = rng.bytes(length)
        try:
            decoded = coder.decode(stream, 6, 6, 1024)
        except CorruptError:
            continue
        assert decoded.y_hat.shape == (coder.networks.latents, 6, 6)


def test_checksum_tells_every_single_difference(model: ModelFile, coder: LatentCoder) -> None:
    _, seen = coder.encode(latents(model, 4, 4), hyper(model, 4, 4), 1024)
    for name in ("y_hat", "z_hat"):
        changed = {"y_hat": seen.y_hat.copy(), "z_hat": seen.z_hat.copy()}
        changed[name][0, 0, 0] += 1
        assert TileLatents(**changed).checksum() != seen.checksum()
