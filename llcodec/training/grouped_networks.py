"""The entropy networks of a model that codes latents in groups, in fixed point.

Their sums stay below 2^24, so that float32 holds them exactly.

See :mod:`llcodec.nets.grouped_context` for the float networks, and
:mod:`llcodec.entropy.prediction` for what becomes of them.
"""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from llcodec._bitstream import LATENT_UNIT_BITS, MAGNITUDE_BITS, MEAN_BITS
from llcodec._causal_context import MARGIN, Taps, square_taps
from llcodec.entropy.networks import EntropyNetworks
from llcodec.entropy.prediction import ChannelGroup, Context
from llcodec.entropy.storage import group_views
from llcodec.nets.grouped_context import ChannelGroup as FloatGroup
from llcodec.nets.joint import JointModel
from llcodec.training.quantise import (
    IN_SINGLE,
    FloatLayer,
    activation_bits,
    equalise,
    quantise_chain,
    quantise_layer,
    split_layers,
)
from llcodec.training.seen_activations import Batches, largest_activations

_MAX_MAGNITUDE = 2**30
_HYPER_LIMIT = 2**10 - 1  # of hyper-latents, as the hyper-synthesis sees them


def grouped_networks(
    model: JointModel, batches: Batches, index_start: NDArray[np.int64]
) -> EntropyNetworks:
    """Return the entropy networks of ``model`` in fixed point.

    Args:
        model: whose preset has groups.
        batches: gained latents and their qualities, which show how large activations become.
        index_start: the start values of the scale indices, K×M.
    """
    assert model.gain is not None
    groups = model.grouped_context.channel_groups
    hyper = split_layers(model.h_s)
    seen = largest_activations(model, _networks_of(model), batches)
    hyper_bits = [_bits(v) for v in seen["h_s"]]
    # Hyper and context features meet in one input, and must count in the same units.
    joined = min(hyper_bits[-1], *(_context_bits(n, group, seen) for n, group in enumerate(groups)))
    magnitudes = model.gain.log_gain.detach().double().exp() * model.latent_scale.double()
    units = (magnitudes * 2**MAGNITUDE_BITS).round().clamp(1, _MAX_MAGNITUDE)
    input_bits = activation_bits(_largest_input(model, batches), IN_SINGLE)
    views = group_views(model.preset.order, model.preset.groups)
    return EntropyNetworks(
        order=model.preset.order,
        hyper_synthesis=quantise_chain(
            hyper,
            0,
            [*hyper_bits[:-1], joined],
            room=IN_SINGLE,
            input_limit=_HYPER_LIMIT,
            wide_output=False,
        ),
        groups=[
            _in_fixed_point(group, view, input_bits, joined, seen[f"{number}.parameters"])
            for number, (group, view) in enumerate(zip(groups, views, strict=True))
        ],
        index_start=index_start,
        magnitudes=np.asarray(units.cpu().numpy(), np.int64),
        input_bits=input_bits,
    )


def group_output_bits(channels: slice) -> Tensor:
    """Return the fraction bits of what a group predicts: C scale indices, and then C means."""
    count = channels.stop - channels.start
    return torch.tensor([LATENT_UNIT_BITS, MEAN_BITS]).repeat_interleave(count)


def _networks_of(model: JointModel) -> dict[str, nn.Module]:
    """Return the networks whose activations decide the units of integers, by name."""
    networks: dict[str, nn.Module] = {"h_s": model.h_s}
    for number, group in enumerate(model.grouped_context.channel_groups):
        networks[f"{number}.context"] = group.context
        networks[f"{number}.parameters"] = group.entropy_parameters
        if group.channel_context is not None:
            networks[f"{number}.channel_context"] = group.channel_context
    return networks


def _bits(seen: Tensor) -> int:
    """Return the fraction bits of a layer whose channels become as large as ``seen``."""
    return activation_bits(float(seen.max()), IN_SINGLE)


def _context_bits(number: int, group: FloatGroup, seen: dict[str, list[Tensor]]) -> int:
    """Return the fraction bits that the features of the contexts of a group have room for."""
    own = seen[f"{number}.context"][0].max() + group.quality_bias.detach().abs().max()
    return min(_bits(v) for v in (own, *seen.get(f"{number}.channel_context", [])))


@torch.no_grad()
def _largest_input(model: JointModel, batches: Batches) -> float:
    """Return the largest latent that a context sees, in magnitudes."""
    assert model.gain is not None
    magnitudes = model.gain.log_gain.exp() * model.latent_scale
    return max(
        float((y / model.gain.interpolate(magnitudes, quality)[..., None, None]).abs().max())
        for y, quality in batches
    )


def _in_fixed_point(
    group: FloatGroup,
    views: list[tuple[slice, Taps]],
    input_bits: int,
    joined: int,
    largest: list[Tensor],
) -> ChannelGroup:
    contexts = [
        Context(channels, taps, (quantise_layer(layer, input_bits, joined, room=IN_SINGLE),))
        for layer, (channels, taps) in zip(_context_layers(group, views), views, strict=True)
    ]
    (*layers, last), largest = equalise(split_layers(group.entropy_parameters), largest)
    inner = [_bits(v) for v in largest[:-1]]
    chain = quantise_chain(layers, joined, inner, room=IN_SINGLE, wide_output=False)
    channels = views[-1][0]
    ends = group_output_bits(channels)
    before = inner[-1] if inner else joined
    end = quantise_layer(last, before, ends, room=IN_SINGLE, wide_output=True)
    bias = (group.quality_bias.detach().double() * 2**joined).round()
    return ChannelGroup(channels, contexts, (*chain, end), np.asarray(bias.cpu().numpy(), np.int64))


def _context_layers(group: FloatGroup, views: list[tuple[slice, Taps]]) -> Iterator[FloatLayer]:
    """Yield the contexts of a group over gathered neighbours, as :func:`group_views` has them."""
    if group.channel_context is not None:
        assert group.channel_context.bias is not None
        yield _gathered(group.channel_context.weight, group.channel_context.bias, square_taps(), 1)
    assert group.context.bias is not None
    yield _gathered(group.context.weight, group.context.bias, views[-1][1], MARGIN)


def _gathered(weight: Tensor, bias: Tensor, taps: Taps, margin: int) -> FloatLayer:
    """Return a convolution as a 1×1 layer whose inputs are channel · len(taps) + tap."""
    columns = [weight[:, :, margin + row, margin + column] for row, column in taps]
    stacked = torch.stack(columns, 2).flatten(1)
    return FloatLayer(stacked[..., None, None], bias, leaky=False, shuffle=1)
