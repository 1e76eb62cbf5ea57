"""Export a trained codec: fixed-point networks, integer tables and float transforms."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from llcodec._bitstream import LATENT_UNIT_BITS, LATENT_UNITS, SCALE_LEVELS
from llcodec._cards import TrainingFacts
from llcodec._causal_context import MARGIN, context_taps
from llcodec.codec.weights import ModelFile, write_model
from llcodec.engine.torch_models import joint_arrays
from llcodec.entropy.networks import EntropyNetworks
from llcodec.entropy.prediction import ChannelGroup, Context
from llcodec.entropy.storage import group_views
from llcodec.entropy.tables import Table, table_from_probabilities
from llcodec.nets.density import LOG_SCALE_STEP, FactorizedDensity, index_of_scale, scale_of_index
from llcodec.nets.joint import JointModel
from llcodec.training.grouped_networks import grouped_networks
from llcodec.training.quantise import (
    FloatLayer,
    activation_bits,
    quantise_chain,
    quantise_layer,
    split_layers,
)
from llcodec.training.seen_activations import largest_activations
from llcodec.training.table_fitting import GainedLatents, with_fitted_tables

_TAIL = 2.0**-20  # the probability of the escape of a table
_HYPER_REACH = 500  # the largest magnitude of a symbol in the table of a hyper-latent


@dataclass(frozen=True)
class Calibration:
    """Representative inputs of the entropy model.

    ``batches`` (gained latents B×M×h×w, their real qualities B) determine the ranges of
    activations. Scale tables are fitted to the symbols of ``typical`` latents; they are Gaussian if
    there are none.
    """

    batches: Sequence[tuple[Tensor, Tensor]]
    typical: Sequence[GainedLatents] = ()


def export_model(
    model: JointModel,
    name: str,
    calibration: Calibration,
    notes: dict[str, str],
    path: Path,
    training: TrainingFacts | None = None,
) -> ModelFile:
    """Write ``model`` to ``path``, with the facts of its training, and return the written model.

    Raises BrokenModelError if a layer cannot be proved exact.
    """
    networks = integer_networks(model, calibration)
    networks.check()
    file = ModelFile(
        name=name,
        preset=model.preset,
        arrays=joint_arrays(model),
        networks=networks,
        scale_tables=gaussian_tables(),
        hyper_tables=hyper_tables(model.density),
        notes=notes,
        training=training or TrainingFacts(),
    )
    if calibration.typical:
        file = with_fitted_tables(file, calibration.typical)
    write_model(path, file)
    return file


def integer_networks(model: JointModel, calibration: Calibration) -> EntropyNetworks:
    """Return the entropy networks of ``model`` in fixed point."""
    if model.preset.groups:
        return grouped_networks(model, calibration.batches, _index_start(model))
    hyper, context, parameters = (
        split_layers(model.h_s),
        _context_layer(model),
        _parameter_layers(model),
    )
    own = {"h_s": model.h_s, "context": model.context, "parameters": model.entropy_parameters}
    seen = largest_activations(model, own, calibration.batches)
    hyper_bits = [activation_bits(float(v.max())) for v in seen["h_s"]]
    # Hyper and context features meet in one input and must count in the same units.
    joined = min(hyper_bits[-1], activation_bits(float(seen["context"][0].max())))
    inner = [activation_bits(float(v.max())) for v in seen["parameters"][:-1]]
    ((view,),) = group_views(model.preset.order, [model.preset.latents])
    group = ChannelGroup(
        channels=view[0],
        contexts=(Context(*view, (quantise_layer(context, LATENT_UNIT_BITS, joined),)),),
        parameters=quantise_chain(parameters, joined, [*inner, LATENT_UNIT_BITS], wide_output=True),
    )
    return EntropyNetworks(
        order=model.preset.order,
        hyper_synthesis=quantise_chain(hyper, 0, [*hyper_bits[:-1], joined], wide_output=False),
        groups=(group,),
        index_start=_index_start(model),
    )


def _context_layer(model: JointModel) -> FloatLayer:
    """Return the context model over gathered neighbours, the latents' scale folded in."""
    weight = model.context.weight.detach() / model.coded_scale.view(1, -1, 1, 1)
    taps = [weight[:, :, MARGIN + r, MARGIN + c] for r, c in context_taps(model.preset.order)]
    columns = torch.stack(taps, 2).flatten(1)
    assert model.context.bias is not None
    return FloatLayer(columns[..., None, None], model.context.bias, leaky=False, shuffle=1)


def _parameter_layers(model: JointModel) -> list[FloatLayer]:
    """Return the entropy-parameter layers, the means multiplied by the latents' scale."""
    *inner, last = split_layers(model.entropy_parameters)
    scale = torch.cat((torch.ones_like(model.coded_scale), model.coded_scale))
    weight = last.weight.detach() * scale.view(-1, 1, 1, 1)
    return [*inner, FloatLayer(weight, last.bias.detach() * scale, last.leaky, last.shuffle)]


def _index_start(model: JointModel) -> NDArray[np.int64]:
    """Return the start of the scale indices in 1/64 at each integer quality, K×M."""
    start = index_of_scale(model.latent_scale)[None]
    if model.gain is not None:
        start = start + model.gain.log_gain.detach() / LOG_SCALE_STEP
    units = (start.double() * LATENT_UNITS).round()
    return np.asarray(units.cpu().numpy(), np.int64)


def gaussian_tables() -> tuple[Table, ...]:
    """Return a table for each of the 64 scale indices: a zero-mean Gaussian over the integers."""
    return tuple(_gaussian_table(number) for number in range(SCALE_LEVELS))


def _gaussian_table(index: int) -> Table:
    scale = float(scale_of_index(torch.tensor(float(index), dtype=torch.float64)))
    reach = 1
    while math.erfc((reach + 0.5) / scale / math.sqrt(2)) > _TAIL:
        reach += 1
    edges = (np.arange(-reach, reach + 2) - 0.5) / scale / math.sqrt(2)
    cdf = np.array([0.5 * math.erfc(-edge) for edge in edges])
    return table_from_probabilities(-reach, np.diff(cdf))


@torch.no_grad()
def hyper_tables(density: FactorizedDensity) -> tuple[Table, ...]:
    """Return a table for each hyper-latent channel."""
    edges = torch.arange(-_HYPER_REACH, _HYPER_REACH + 2, dtype=torch.float64) - 0.5
    channels = len(density.means)
    cdf = density.double().cdf(edges.repeat(channels, 1)).numpy()
    density.float()
    return tuple(_hyper_table(np.diff(row)) for row in cdf)


def _hyper_table(probabilities: np.ndarray) -> Table:
    cumulated = np.cumsum(probabilities)
    first = int(np.searchsorted(cumulated, _TAIL))
    last = int(np.searchsorted(cumulated, cumulated[-1] - _TAIL))
    return table_from_probabilities(first - _HYPER_REACH, probabilities[first : last + 1])
