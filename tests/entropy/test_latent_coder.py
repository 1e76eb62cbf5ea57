"""Latents to streams and back, with the networks and tables of the shipped model."""

import numpy as np
import pytest
import torch

from llcodec._bitstream import LATENT_UNITS, SCALE_LEVELS
from llcodec.codec.models import load_model
from llcodec.codec.weights import ModelFile
from llcodec.entropy.latent_coder import LatentCoder, TileLatents
from llcodec.entropy.order import MARGIN, coding_order, context_taps, gather_neighbours
from llcodec.errors import CorruptError

QUALITIES = (256, 1024, 1111, 2048)


@pytest.fixture(scope="module")
def model() -> ModelFile:
    return load_model("fast")


@pytest.fixture(scope="module")
def coder(model: ModelFile) -> LatentCoder:
    return model.coder()


def latents(model: ModelFile, height: int, width: int, spread: float = 1.0) -> torch.Tensor:
    """Random latents of about the size that pictures have."""
    noise = torch.randn(model.model.preset.latents, height, width, generator=torch.manual_seed(7))
    return noise * model.model.latent_scale[:, None, None] * 3 * spread


def hyper(model: ModelFile, height: int, width: int, reach: int = 3) -> torch.Tensor:
    shape = model.model.preset.hyper_latents, -(-height // 4), -(-width // 4)
    return torch.randint(-reach, reach + 1, shape, generator=torch.manual_seed(8)).float()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 5), (3, 2), (8, 8), (17, 9)])
@pytest.mark.parametrize("quality", QUALITIES)
def test_round_trip(
    model: ModelFile, coder: LatentCoder, height: int, width: int, quality: int
) -> None:
    y, z = latents(model, height, width), hyper(model, height, width)
    stream, seen = coder.encode(y, z, quality)
    back = coder.decode(stream, height, width, quality)
    assert torch.equal(back.y_hat, seen.y_hat)
    assert torch.equal(back.z_hat, seen.z_hat)
    assert back.checksum() == seen.checksum()


def test_decoded_latents_are_within_half_a_step_unless_skipped(
    model: ModelFile, coder: LatentCoder
) -> None:
    y = latents(model, 12, 12, spread=4.0)
    _, seen = coder.encode(y, hyper(model, 12, 12), 2048)
    error = (seen.y_hat / LATENT_UNITS - y.double()).abs()
    assert float((error <= 0.5 + 1 / LATENT_UNITS).double().mean()) > 0.95


def test_extreme_values_survive(model: ModelFile, coder: LatentCoder) -> None:
    y = latents(model, 4, 4)
    y[0, 0, 0], y[3, 1, 2], y[7, 3, 3] = 1e9, -1e9, 31_000.0
    z = hyper(model, 4, 4)
    z[0, 0, 0], z[5, 0, 0] = 1e6, -30_000.0
    stream, seen = coder.encode(y, z, 1024)
    assert torch.equal(coder.decode(stream, 4, 4, 1024).y_hat, seen.y_hat)


def test_bits_do_not_depend_on_threads_layout_or_backend(
    model: ModelFile, coder: LatentCoder, hardware_settings: None
) -> None:
    y, z = latents(model, 24, 33), hyper(model, 24, 33)
    torch.set_num_threads(1)
    stream, seen = coder.encode(y, z, 1300)
    expected = parameters_of(coder, seen, 1300)
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    for device in devices:
        moved = LatentCoder(
            coder.networks.to(torch.device(device)), coder.scale_tables, coder.hyper_tables
        )
        for threads in (1, 2):
            torch.set_num_threads(threads)
            for onednn in (True, False):
                torch.backends.mkldnn.set_flags(onednn)  # type: ignore[no-untyped-call]
                for memory in (torch.contiguous_format, torch.channels_last):
                    again = y[None].contiguous(memory_format=memory)[0]
                    assert moved.encode(again, z, 1300)[0] == stream
                    back = moved.decode(stream, 24, 33, 1300)
                    assert back.checksum() == seen.checksum()
                    for mine, theirs in zip(
                        parameters_of(moved, back, 1300), expected, strict=True
                    ):
                        assert torch.equal(mine.cpu(), theirs)


def parameters_of(coder: LatentCoder, seen: TileLatents, quality: int) -> list[torch.Tensor]:
    """The scale indices and means of all positions, group by group."""
    networks = coder.networks
    device = networks.index_start.device
    height, width = seen.y_hat.shape[-2:]
    features = networks.hyper_features(seen.z_hat.to(device), height, width)
    start, taps = networks.start_at(quality), context_taps(networks.order)
    padded = features.new_zeros(networks.latents, height + 2 * MARGIN, width + 2 * MARGIN)
    found: list[torch.Tensor] = []
    for at in coding_order(networks.order, height, width):
        neighbours = gather_neighbours(padded, at, taps) if found else None
        index, mean = networks.parameters(features[:, at.rows, at.columns], neighbours, start)
        assert float(index.min()) >= 0
        assert float(index.max()) < SCALE_LEVELS
        found += [index, mean]
        known = seen.y_hat[:, at.rows, at.columns].to(device)
        padded[:, at.rows + MARGIN, at.columns + MARGIN] = known
    return found


def test_start_indices_are_interpolated_between_qualities(coder: LatentCoder) -> None:
    networks = coder.networks
    for number in range(8):
        assert torch.equal(networks.start_at(256 * (number + 1)), networks.index_start[number])
    middle = networks.start_at(256 * 3 + 128)
    expected = ((networks.index_start[2] + networks.index_start[3]) / 2).floor()
    assert torch.equal(middle, expected)


def test_hostile_streams_are_safe(coder: LatentCoder) -> None:
    rng = np.random.default_rng(0)
    for length in (0, 4, 8, 64, 4000):
        stream = rng.bytes(length)
        try:
            decoded = coder.decode(stream, 6, 6, 1024)
        except CorruptError:
            continue
        assert bool(torch.isfinite(decoded.y_hat).all())


def test_checksum_tells_every_single_difference(model: ModelFile, coder: LatentCoder) -> None:
    _, seen = coder.encode(latents(model, 4, 4), hyper(model, 4, 4), 1024)
    for name in ("y_hat", "z_hat"):
        changed = {"y_hat": seen.y_hat.clone(), "z_hat": seen.z_hat.clone()}
        changed[name][0, 0, 0] += 1
        assert TileLatents(**changed).checksum() != seen.checksum()
