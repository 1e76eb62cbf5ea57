"""The walk: steps, groups and contexts are the model's, and each sees what was coded before."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from llcodec._bitstream import LATENT_UNITS
from llcodec._causal_context import context_taps
from llcodec.entropy import walk as walking
from llcodec.entropy.fixed_point import IntegerLayer, Whole
from llcodec.entropy.networks import EntropyNetworks
from llcodec.entropy.order import Positions, coding_order
from llcodec.entropy.prediction import ChannelGroup, Context, GroupRate, Levels
from llcodec.entropy.rans import Symbols
from llcodec.entropy.walk import Latents, walk

HEIGHT, WIDTH = 7, 6
OWN, HERE = context_taps("checkerboard"), ((0, 0),)


def layer(rng: np.random.Generator, inputs: int, outputs: int) -> IntegerLayer:
    return IntegerLayer(
        weight=rng.integers(-300, 300, (outputs, inputs, 1, 1)).astype(np.float64),
        bias=rng.integers(-(2**12), 2**12, outputs).astype(np.float64),
        shift=np.full(outputs, 8.0),
        limit=2**15 - 1,
        input_limit=2**15 - 1,
        leaky=True,
        shuffle=1,
    )


@pytest.fixture(params=["latents in steps", "latents in magnitudes"])
def networks(request: pytest.FixtureRequest) -> EntropyNetworks:
    """Two groups of 2 and 3 channels; the second one sees all of the first at its own position."""
    rng = np.random.default_rng(0)
    first, second = slice(0, 2), slice(2, 5)
    hyper = replace(layer(rng, 4, 64), shuffle=4)
    normalised = request.param == "latents in magnitudes"
    biases = [rng.integers(-900, 900, (1, 3)) if normalised else None for _ in range(2)]
    groups = (
        ChannelGroup(
            first,
            (Context(first, OWN, (layer(rng, 24, 3),)),),
            (layer(rng, 4 + 3, 4),),
            biases[0],
        ),
        ChannelGroup(
            second,
            (
                Context(first, HERE, (layer(rng, 2, 5), layer(rng, 5, 2))),
                Context(second, OWN, (layer(rng, 36, 3),)),
            ),
            (layer(rng, 4 + 2 + 3, 7), layer(rng, 7, 6)),
            biases[1],
        ),
    )
    start = np.array([[0, 64, 640, 1280, 2000]])
    if not normalised:
        return EntropyNetworks("checkerboard", (hyper,), groups, start)
    magnitudes = rng.integers(2**20, 2**24, (1, 5))
    return EntropyNetworks("checkerboard", (hyper,), groups, start, magnitudes, input_bits=12)


def symbols_of(levels: Levels, means: Whole) -> Symbols:
    """Symbols that depend on all that is predicted."""
    return ((levels.astype(np.int64) * 7 + means.astype(np.int64)) % 5 - 2).astype(np.int32)


def run(networks: EntropyNetworks, z_hat: Latents) -> Latents:
    def exchange(group: ChannelGroup, at: Positions, levels: Levels, means: Whole) -> Symbols:
        return symbols_of(levels, means)

    return walk(networks, z_hat, (HEIGHT, WIDTH), 256, exchange)


def context_planes(context: Context, known: torch.Tensor) -> torch.Tensor:
    """The features of all positions, by a convolution over the whole plane."""
    first, *rest = context.layers
    weight = torch.zeros(len(first.weight), *known[context.channels].shape[:1], 5, 5).double()
    columns = first.weight.reshape(len(first.weight), -1, len(context.taps))
    for number, (r, c) in enumerate(context.taps):
        weight[:, :, r + 2, c + 2] = torch.from_numpy(columns[:, :, number])
    dense = replace(first, weight=weight.numpy())
    x = dense.convolve(np.moveaxis(known[context.channels].numpy(), 0, -1))
    for this in rest:
        x = this.convolve(x)
    return torch.from_numpy(x).permute(2, 0, 1)


def rows_of(planes: torch.Tensor) -> Whole:
    """Return planes C×h×w as rows h·w×C."""
    rows: Whole = planes.flatten(1).T.numpy()
    return rows


def test_every_step_sees_what_was_coded_before(networks: EntropyNetworks) -> None:
    """Against whole planes, convolved at every step with what is known so far."""
    z_hat = np.random.default_rng(1).integers(-50, 50, (4, 2, 2), np.int32)
    hyper = np.moveaxis(networks.hyper_features(z_hat, HEIGHT, WIDTH), -1, 0)
    known, shown = (torch.zeros(5, HEIGHT, WIDTH, dtype=torch.float64) for _ in range(2))
    board = torch.arange(HEIGHT)[:, None] + torch.arange(WIDTH)
    for group, rate in zip(networks.groups, networks.at_quality(256), strict=True):
        for colour in (0, 1):
            seen = [context_planes(context, shown) for context in group.contexts]
            hyper_rows, *rows = (rows_of(planes) for planes in (torch.from_numpy(hyper), *seen))
            levels, means = group.predict(hyper_rows, rows, rate)
            units = symbols_of(levels, means) * float(LATENT_UNITS) + means
            new = board % 2 == colour
            for planes, values in ((known, units), (shown, rate.seen(units, networks.input_bits))):
                plane = torch.from_numpy(values).T.reshape(-1, HEIGHT, WIDTH)
                planes[group.channels] = torch.where(new, plane, planes[group.channels])
    assert np.array_equal(run(networks, z_hat), known.numpy())
    assert len(np.unique(known[3])) > 10  # the reference has something to tell


def test_it_does_not_matter_how_many_positions_are_predicted_at_once(
    networks: EntropyNetworks, monkeypatch: pytest.MonkeyPatch
) -> None:
    z_hat = np.random.default_rng(1).integers(-50, 50, (4, 2, 2), np.int32)
    whole = run(networks, z_hat)
    monkeypatch.setattr(walking, "_CHUNK", 4)
    assert np.array_equal(run(networks, z_hat), whole)


def test_nothing_known_is_a_neighbourhood_of_zeros(networks: EntropyNetworks) -> None:
    context = networks.groups[1].contexts[1]
    at = coding_order("checkerboard", 2, 2)[0]
    zeros = np.zeros((2 + 4, 2 + 4, 5))
    expected = context.features(zeros, at)
    assert np.array_equal(np.repeat(context.nothing_known(), len(at), 0), expected)
    assert not F.relu(torch.from_numpy(expected)).eq(0).all()


def test_magnitudes_divide_what_is_seen_and_multiply_what_is_predicted() -> None:
    """Against whole numbers of any size; the extremes are what a hostile stream can reach."""
    rng = np.random.default_rng(3)
    latents = rng.integers(-(2**22), 2**22, 4000)
    predicted = rng.integers(-(2**20), 2**20 + 1, 4000)
    magnitudes = np.exp(rng.uniform(0, np.log(2**30), 4000)).astype(np.int64).clip(1, 2**30)
    rate = GroupRate(np.zeros(4000), magnitudes.astype(np.float64))
    triples = list(zip(latents.tolist(), predicted.tolist(), magnitudes.tolist(), strict=True))
    for bits in (0, 8, 12):
        expected = [((v << (10 + bits)) + m // 2) // m for v, _, m in triples]
        assert rate.seen(latents.astype(np.float64), bits).tolist() == expected
    means = [max(-(2**20), min(2**20, (p * m + 2**23) >> 24)) for _, p, m in triples]
    assert rate.means(predicted.astype(np.float64)).tolist() == means
