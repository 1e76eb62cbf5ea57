"""Store integer networks as arrays of weight files, and restore them.

A model of version 1 has one group of channels, which sees its own neighbours. In a model of
version 2, each group after the first also sees the 3×3 latents of all earlier groups.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llcodec._causal_context import CodingOrder, Taps, context_taps, square_taps
from llcodec.entropy.fixed_point import IntegerLayer
from llcodec.entropy.networks import EntropyNetworks
from llcodec.entropy.prediction import ChannelGroup, Context
from llcodec.errors import BrokenModelError

Arrays = dict[str, NDArray[Any]]
Chains = dict[str, Sequence[IntegerLayer]]
LayerFields = dict[str, list[int]]
"""Of each layer: limit, input limit, leaky, shuffle."""


def group_views(order: CodingOrder, groups: Sequence[int]) -> list[list[tuple[slice, Taps]]]:
    """Return the channels and neighbours that each context of each group sees.

    Args:
        order: the coding order within a group.
        groups: the channels of each group, in coding order.
    """
    views = []
    start = 0
    for channels in groups:
        own = slice(start, start + channels), context_taps(order)
        earlier = slice(0, start), square_taps()
        views.append([earlier, own] if start else [own])
        start += channels
    return views


def to_arrays(networks: EntropyNetworks, *, grouped: bool) -> tuple[Arrays, LayerFields]:
    """Return the arrays of a weight file, and the fields of each layer.

    ``grouped`` models are stored as those of version 2.
    """
    arrays: Arrays = {}
    fields: LayerFields = {}
    for name, layers in _chains(networks, grouped=grouped).items():
        for number, layer in enumerate(layers):
            key = f"integer.{name}.{number}"
            arrays[f"{key}.weight"] = layer.weight.astype(np.int16)
            arrays[f"{key}.bias"] = layer.bias.astype(np.int64)
            arrays[f"{key}.shift"] = layer.shift.astype(np.uint8)
            fields[key] = [layer.limit, layer.input_limit, layer.leaky, layer.shuffle]
    arrays["integer.index_start"] = networks.index_start.astype(np.int32)
    if networks.magnitudes is not None:
        arrays["integer.magnitudes"] = networks.magnitudes.astype(np.int32)
        arrays["integer.input_bits"] = np.array([networks.input_bits], np.uint8)
    for number, group in enumerate(networks.groups):
        if group.quality_bias is not None:
            arrays[_bias_key(number)] = group.quality_bias.astype(np.int32)
    return arrays, fields


def from_arrays(
    order: CodingOrder, groups: Sequence[int], fields: LayerFields, arrays: Mapping[str, Any]
) -> EntropyNetworks:
    """Return the networks of a weight file.

    Args:
        order: the coding order within a group.
        groups: the channels of each group in a model of version 2; empty for version 1.
        fields: of each layer.
        arrays: of the weight file.

    Raises:
        LookupError: if arrays are missing.
        BrokenModelError: if there are layers that the networks do not have.
    """
    chains = _read_chains(fields, arrays)
    hyper_synthesis = chains.pop("hyper_synthesis")
    start = arrays["integer.index_start"].astype(np.int64)
    if groups:
        views = group_views(order, groups)
        own = [
            _read_group(number, seen, chains, arrays.get(_bias_key(number)))
            for number, seen in enumerate(views)
        ]
        magnitudes = arrays["integer.magnitudes"].astype(np.int64)
        bits = int(arrays["integer.input_bits"][0])
        networks = EntropyNetworks(order, hyper_synthesis, own, start, magnitudes, bits)
    else:
        ((seen,),) = group_views(order, [start.shape[1]])
        context = Context(*seen, chains.pop("context"))
        group = ChannelGroup(seen[0], (context,), chains.pop("entropy_parameters"))
        networks = EntropyNetworks(order, hyper_synthesis, (group,), start)
    if chains:
        raise BrokenModelError(f"the weight file has unknown integer layers: {', '.join(chains)}")
    return networks


def _chains(networks: EntropyNetworks, *, grouped: bool) -> Chains:
    """Return the chains of layers by the name under which a weight file holds them."""
    chains: Chains = {"hyper_synthesis": networks.hyper_synthesis}
    if not grouped:
        (group,) = networks.groups
        (context,) = group.contexts
        return chains | {"context": context.layers, "entropy_parameters": group.parameters}
    for number, group in enumerate(networks.groups):
        for view, context in enumerate(group.contexts):
            chains[f"group.{number}.context.{view}"] = context.layers
        chains[f"group.{number}.entropy_parameters"] = group.parameters
    return chains


def _read_chains(fields: LayerFields, arrays: Mapping[str, Any]) -> Chains:
    chains: dict[str, list[IntegerLayer]] = {}
    for key, (limit, input_limit, leaky, shuffle) in fields.items():
        layer = IntegerLayer(
            weight=arrays[f"{key}.weight"].astype(np.float64),
            bias=arrays[f"{key}.bias"].astype(np.float64),
            shift=arrays[f"{key}.shift"].astype(np.float64),
            limit=int(limit),
            input_limit=int(input_limit),
            leaky=bool(leaky),
            shuffle=int(shuffle),
        )
        name = key.removeprefix("integer.").rpartition(".")[0]
        chains.setdefault(name, []).append(layer)
    return dict(chains)


def _read_group(
    number: int,
    views: Sequence[tuple[slice, Taps]],
    chains: Chains,
    bias: NDArray[Any] | None,
) -> ChannelGroup:
    contexts = [
        Context(channels, taps, chains.pop(f"group.{number}.context.{view}"))
        for view, (channels, taps) in enumerate(views)
    ]
    return ChannelGroup(
        views[-1][0],
        contexts,
        chains.pop(f"group.{number}.entropy_parameters"),
        None if bias is None else bias.astype(np.int64),
    )


def _bias_key(number: int) -> str:
    return f"integer.group.{number}.quality_bias"
