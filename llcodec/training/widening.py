"""More latents for a trained plain codec, which stays what it was until training uses them.

Detail beyond the reach of a codec's latents cannot be bought with any number of bits. The new
latents begin as the next vectors of the Karhunen–Loève transform; no network reads them yet.
"""

from dataclasses import replace

import torch

from llcodec.errors import InputError
from llcodec.nets.joint import JointModel


@torch.no_grad()
def widen(model: JointModel, narrow: JointModel) -> None:
    """Set ``model``, warm-started from the KLT, to what ``narrow`` has learned with fewer latents.

    Raises InputError unless both are plain codecs that differ in the number of latents alone.
    """
    has, had = model.preset.latents, narrow.preset.latents
    if had >= has or replace(model.preset, latents=had) != narrow.preset:
        raise InputError(
            "only the plain codec of the same preset with fewer latents can be widened"
        )
    own = model.state_dict()
    # The last of the entropy parameters' layers gives all scale indices, then all means.
    halved = f"entropy_parameters.{len(model.entropy_parameters) - 1}."
    for name, learned in narrow.state_dict().items():
        parts = 2 if name.startswith(halved) else 1
        for to, part in zip(own[name].chunk(parts), learned.chunk(parts), strict=True):
            if to.ndim == 4:  # a kernel, blind to new latents
                to[:, part.shape[1] :] = 0
            to[tuple(map(slice, part.shape))] = part
