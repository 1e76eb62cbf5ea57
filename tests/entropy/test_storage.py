"""Integer networks become arrays of a weight file and come back as they were."""

from dataclasses import fields

import numpy as np
import pytest

from llcodec._causal_context import context_taps
from llcodec.entropy.fixed_point import IntegerLayer
from llcodec.entropy.networks import EntropyNetworks
from llcodec.entropy.prediction import ChannelGroup, Context
from llcodec.entropy.storage import from_arrays, group_views, to_arrays
from llcodec.errors import BrokenModelError

FEATURES, HYPER = 3, 4


def layer(rng: np.random.Generator, inputs: int, outputs: int, **changes: int) -> IntegerLayer:
    return IntegerLayer(
        weight=rng.integers(-300, 300, (outputs, inputs, 1, 1)).astype(np.float64),
        bias=rng.integers(-(2**40), 2**40, outputs).astype(np.float64),
        shift=rng.integers(0, 41, outputs).astype(np.float64),
        limit=changes.get("limit", 2**15 - 1),
        input_limit=changes.get("input_limit", 2**15 - 1),
        leaky=bool(changes.get("leaky", 0)),
        shuffle=changes.get("shuffle", 1),
    )


def networks_of(groups: tuple[int, ...]) -> EntropyNetworks:
    """Return networks of version 2 for groups of channels; of version 1 for a single one."""
    rng = np.random.default_rng(sum(groups))
    versioned = len(groups) > 1
    own = [
        ChannelGroup(
            views[-1][0],
            [
                Context(seen, taps, (layer(rng, len(taps) * (seen.stop - seen.start), FEATURES),))
                for seen, taps in views
            ],
            (
                layer(rng, HYPER + FEATURES * len(views), 5, leaky=1),
                layer(rng, 5, 2 * count, limit=2**20),
            ),
            rng.integers(-50, 50, (8, FEATURES)) if versioned else None,
        )
        for count, views in zip(groups, group_views("checkerboard", groups), strict=True)
    ]
    return EntropyNetworks(
        "checkerboard",
        (layer(rng, 2, 8, shuffle=2), layer(rng, 2, 16, shuffle=2, input_limit=99)),
        own,
        rng.integers(0, 4000, (8, sum(groups))),
        rng.integers(1, 2**30, (8, sum(groups))) if versioned else None,
        9 if versioned else 6,
    )


def layers_of(networks: EntropyNetworks) -> list[IntegerLayer]:
    found = list(networks.hyper_synthesis)
    for group in networks.groups:
        found += [one for context in group.contexts for one in context.layers]
        found += group.parameters
    return found


@pytest.mark.parametrize("groups", [(6,), (2, 4), (1, 2, 3)])
def test_networks_come_back_exactly(groups: tuple[int, ...]) -> None:
    networks = networks_of(groups)
    arrays, layer_fields = to_arrays(networks, grouped=len(groups) > 1)
    back = from_arrays("checkerboard", groups if len(groups) > 1 else (), layer_fields, arrays)
    for mine, theirs in zip(layers_of(back), layers_of(networks), strict=True):
        for field in fields(IntegerLayer):
            np.testing.assert_array_equal(getattr(mine, field.name), getattr(theirs, field.name))
    for read, written in zip(back.groups, networks.groups, strict=True):
        assert read.channels == written.channels
        assert [(c.channels, c.taps) for c in read.contexts] == [
            (c.channels, c.taps) for c in written.contexts
        ]
        np.testing.assert_array_equal(read.quality_bias, written.quality_bias)
    np.testing.assert_array_equal(back.index_start, networks.index_start)
    np.testing.assert_array_equal(back.magnitudes, networks.magnitudes)
    assert back.input_bits == networks.input_bits


def test_a_group_sees_earlier_groups_around_it_and_its_own_decoded_neighbours() -> None:
    first, second, third = group_views("checkerboard", (2, 3, 4))
    own = context_taps("checkerboard")
    square = tuple((r, c) for r in (-1, 0, 1) for c in (-1, 0, 1))
    assert first == [(slice(0, 2), own)]
    assert second == [(slice(0, 2), square), (slice(2, 5), own)]
    assert third == [(slice(0, 5), square), (slice(5, 9), own)]


def test_layers_of_no_network_are_refused() -> None:
    networks = networks_of((2, 4))
    arrays, layer_fields = to_arrays(networks, grouped=True)
    for ending in ("weight", "bias", "shift"):
        arrays[f"integer.extra.0.{ending}"] = arrays[f"integer.hyper_synthesis.0.{ending}"]
    layer_fields["integer.extra.0"] = layer_fields["integer.hyper_synthesis.0"]
    with pytest.raises(BrokenModelError, match="extra"):
        from_arrays("checkerboard", (2, 4), layer_fields, arrays)
