"""Walk over the latents of a tile, in the same way in encoder and decoder."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from llcodec._bitstream import LATENT_UNITS
from llcodec._causal_context import MARGIN
from llcodec.entropy.fixed_point import Whole
from llcodec.entropy.networks import EntropyNetworks
from llcodec.entropy.order import Positions
from llcodec.entropy.prediction import ChannelGroup, Levels
from llcodec.entropy.rans import Symbols

_CHUNK = 256  # positions that are predicted at once, to bound memory

Latents = NDArray[np.int32]
Exchange = Callable[[ChannelGroup, Positions, Levels, Whole], Symbols]
"""Gives the symbols of a step, N×C, for its scale indices and means in 1/64, N×C each."""


def walk(
    networks: EntropyNetworks,
    z_hat: Latents,
    size: tuple[int, int],
    quality_units: int,
    exchange: Exchange,
) -> Latents:
    """Return the latents of a tile in 1/64, M×h×w.

    The order of the steps, what each one sees and the networks that predict it are the model's.

    Args:
        networks: of the model.
        z_hat: hyper-latents Z×⌈h/4⌉×⌈w/4⌉.
        size: height and width in latents.
        quality_units: the quality in 1/256.
        exchange: called for each step.
    """
    height, width = size
    hyper = networks.hyper_features(z_hat, height, width)
    rates = networks.at_quality(quality_units)
    latents = np.zeros((height, width, networks.latents), np.int32)
    # What contexts see, with a margin around it.
    seen = np.zeros((height + 2 * MARGIN, width + 2 * MARGIN, networks.latents))
    known = np.zeros(networks.latents, bool)
    for number, positions in networks.steps(height, width):
        group, rate = networks.groups[number], rates[number]
        parts = []
        for at in positions.chunks(_CHUNK):
            contexts = [
                c.features(seen, at) if known[c.channels].any() else c.nothing_known()
                for c in group.contexts
            ]
            parts.append(group.predict(hyper[at.rows, at.columns], contexts, rate))
        levels, means = (np.concatenate(side) for side in zip(*parts, strict=True))
        symbols = exchange(group, positions, levels, means)
        decoded = symbols * np.float64(LATENT_UNITS) + means
        latents[positions.rows, positions.columns, group.channels] = decoded
        seen[positions.rows + MARGIN, positions.columns + MARGIN, group.channels] = rate.seen(
            decoded, networks.input_bits
        )
        known[group.channels] = True
    return np.ascontiguousarray(np.moveaxis(latents, -1, 0))
