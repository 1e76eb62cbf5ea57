"""Restore float networks from a weight file, so that shipped models can be trained further.

A weight file has the transforms in half precision, and the entropy model in integers only: networks
in fixed point, and tables instead of the density of hyper-latents. Everything except the moments of
the optimiser can be restored from these.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from llcodec._bitstream import LATENT_UNIT_BITS, TABLE_TOTAL
from llcodec._causal_context import Taps, context_taps
from llcodec.codec.weights import ModelFile
from llcodec.engine.torch_models import joint_model
from llcodec.entropy.fixed_point import IntegerLayer
from llcodec.entropy.networks import EntropyNetworks
from llcodec.entropy.tables import Table
from llcodec.nets.density import FactorizedDensity
from llcodec.nets.joint import JointModel
from llcodec.training.grouped_networks import group_output_bits
from llcodec.training.quantise import FloatLayer, dequantise_layer

_FITTING_STEPS = 400
_FITTING_RATE = 0.05


def restored_model(file: ModelFile) -> JointModel:
    """Return the float model of a weight file: the exported one, up to rounding.

    The integers do not determine how a product is divided between the layers of an entropy network.
    It is divided so that the weights of all layers have the magnitude of initial weights.
    """
    model, networks = JointModel(file.preset), file.networks
    stored = joint_model(file.preset, file.arrays).state_dict()
    model.load_state_dict(model.state_dict() | stored)
    with torch.no_grad():
        if model.preset.groups:
            _restore_groups(model, networks)
        else:
            _restore_whole(model, networks)
    model.density.load_state_dict(fitted_density(file.hyper_tables).state_dict())
    return model


def _restore_whole(model: JointModel, networks: EntropyNetworks) -> None:
    """Set the entropy networks of a model whose latents are not coded in groups."""
    (group,) = networks.groups
    hyper, parameters = networks.hyper_synthesis, group.parameters
    smaller = 0
    for _ in range(
        2
    ):  # the first pass finds the remainder for the last layer, the second divides it
        floats, bits = _float_layers([*hyper, *parameters], 0, LATENT_UNIT_BITS, smaller)
        last = _unscaled(model, floats[-1])
        smaller = round(math.log2(_he_size(last.weight) / _size(last.weight)) / len(floats))
    _set_layers(model.h_s, floats[: len(hyper)])
    (context,) = group.contexts[0].layers
    _set_context(model, dequantise_layer(context, LATENT_UNIT_BITS, bits[len(hyper)]))
    _set_layers(model.entropy_parameters, [*floats[len(hyper) : -1], last])


def _restore_groups(model: JointModel, networks: EntropyNetworks) -> None:
    """Set the entropy networks of a model whose latents are coded in groups."""
    smaller = 0
    for _ in range(2):  # as above, on average over the groups
        hyper, joined = _open_chain(networks.hyper_synthesis, smaller)
        parameters = [
            _float_layers(own.parameters, joined, group_output_bits(own.channels), smaller)[0]
            for own in networks.groups
        ]
        left = [math.log2(_he_size(own[-1].weight) / _size(own[-1].weight)) for own in parameters]
        smaller = round(sum(left) / len(left) / (len(hyper) + len(parameters[0])))
    _set_layers(model.h_s, hyper)
    groups = model.grouped_context.channel_groups
    for group, own, floats in zip(groups, networks.groups, parameters, strict=True):
        _set_layers(group.entropy_parameters, floats)
        *others, context = (
            dequantise_layer(c.layers[0], networks.input_bits, joined) for c in own.contexts
        )
        _set_taps(group.context, context, own.contexts[-1].taps)
        for layer in others:
            assert group.channel_context is not None
            _set_taps(group.channel_context, layer, own.contexts[0].taps)
        assert own.quality_bias is not None
        group.quality_bias.copy_(torch.from_numpy(own.quality_bias * 2.0**-joined))


def _open_chain(layers: Sequence[IntegerLayer], smaller: int) -> tuple[list[FloatLayer], int]:
    """Return a chain of integer layers in float, and the fraction bits of its output."""
    *_, before = _float_layers(layers, 0, 0, smaller)[1]
    end = _fitting_bits(layers[-1], before) + smaller
    return _float_layers(layers, 0, end, smaller)[0], end


def _float_layers(
    layers: Sequence[IntegerLayer], bits_in: int, bits_out: int | Tensor, smaller: int = 0
) -> tuple[list[FloatLayer], list[int]]:
    """Return a chain in float, and the fraction bits of the input of each layer.

    All but the last get weights of the magnitude of He et al. 2015, divided by 2^``smaller``.
    """
    chain, bits = [], [bits_in]
    for layer in layers[:-1]:
        bits.append(_fitting_bits(layer, bits[-1]) + smaller)
        chain.append(dequantise_layer(layer, *bits[-2:]))
    chain.append(dequantise_layer(layers[-1], bits[-1], bits_out))
    return chain, bits


def _fitting_bits(layer: IntegerLayer, bits_in: int) -> int:
    """Return the fraction bits of the output that give weights the magnitude of He et al."""
    weight = dequantise_layer(layer, bits_in, 0).weight
    return round(math.log2(_size(weight) / _he_size(weight)))


def _size(weight: Tensor) -> float:
    return float(weight.square().mean().sqrt().clamp(min=1e-9))


def _he_size(weight: Tensor) -> float:
    return math.sqrt(2 / weight[0].numel())


def _set_layers(network: nn.Sequential, layers: Sequence[FloatLayer]) -> None:
    convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    for convolution, layer in zip(convolutions, layers, strict=True):
        assert convolution.bias is not None
        convolution.weight.copy_(layer.weight)
        convolution.bias.copy_(layer.bias)


def _set_context(model: JointModel, layer: FloatLayer) -> None:
    """Set the context model of version 1, without the latents' scale."""
    taps = context_taps(model.preset.order)
    weight = layer.weight.view(len(layer.weight), -1, len(taps)) * model.coded_scale.view(1, -1, 1)
    _set_taps(model.context, replace(layer, weight=weight), taps)


def _set_taps(convolution: nn.Conv2d, layer: FloatLayer, taps: Taps) -> None:
    """Set the kernel of a convolution from a layer over gathered neighbours."""
    columns = layer.weight.view(len(layer.weight), -1, len(taps))
    middle = convolution.weight.shape[-1] // 2
    convolution.weight.zero_()
    for number, (row, column) in enumerate(taps):
        convolution.weight[:, :, middle + row, middle + column] = columns[:, :, number]
    assert convolution.bias is not None
    convolution.bias.copy_(layer.bias)


def _unscaled(model: JointModel, last: FloatLayer) -> FloatLayer:
    """Return the last layer of the entropy parameters, with means not scaled by the latents."""
    scale = torch.cat((torch.ones_like(model.coded_scale), model.coded_scale))
    weight = last.weight / scale.view(-1, 1, 1, 1)
    return FloatLayer(weight, last.bias / scale, last.leaky, last.shuffle)


@torch.enable_grad()
def fitted_density(tables: Sequence[Table]) -> FactorizedDensity:
    """Return the density whose tables have the smallest divergence from the given ones."""
    shares, edges, spread = _laid_out(tables)
    density = FactorizedDensity(len(tables))
    mean, deviation = spread
    with torch.no_grad():
        density.means.mul_(deviation / 2).add_(mean)
        density.log_scales.add_((deviation / 2).log())
    optimiser = torch.optim.Adam(density.parameters(), _FITTING_RATE)
    for _ in range(_FITTING_STEPS):
        mass = density.cdf(edges).diff(dim=1).clamp(min=1e-9)
        loss = -(shares * mass.log()).sum(1).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return density


def _laid_out(tables: Sequence[Table]) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor]]:
    """Return shares C×N, edges C×(N+1) of their symbols, and means and deviations C×1."""
    longest = max(table.escape for table in tables)
    shares = torch.zeros(len(tables), longest)
    for row, table in zip(shares, tables, strict=True):
        row[: table.escape] = torch.from_numpy(
            table.frequencies[:-1].astype(np.float32) / TABLE_TOTAL
        )
    firsts = torch.tensor([[float(table.first)] for table in tables])
    edges = firsts - 0.5 + torch.arange(longest + 1)
    symbols = edges[:, :-1] + 0.5
    mean = (shares * symbols).sum(1, keepdim=True)
    square = (shares * (symbols - mean) ** 2).sum(1, keepdim=True)
    return shares, edges, (mean, square.sqrt().clamp(min=0.2))
