"""Add latents to a trained plain codec, which does not change until training uses them.

Detail that the latents of a codec cannot represent is lost at every rate. The new latents are
initialised with the next vectors of the Karhunen–Loève transform; no network reads them at first.
"""

from dataclasses import replace

import torch

from llcodec.errors import InputError
from llcodec.nets.joint import JointModel


@torch.no_grad()
def widen(model: JointModel, narrow: JointModel) -> None:
    """Copy the weights of ``narrow``, which has fewer latents, to ``model``, initialised by KLT.

    Raises InputError unless both are plain codecs that differ only in the number of latents.
    """
    has, had = model.preset.latents, narrow.preset.latents
    if had >= has or replace(model.preset, latents=had) != narrow.preset:
        raise InputError(
            "only the plain codec of the same preset with fewer latents can be widened"
        )
    own = model.state_dict()
    # The last layer of the entropy parameters outputs all scale indices, then all means.
    halved = f"entropy_parameters.{len(model.entropy_parameters) - 1}."
    for name, learned in narrow.state_dict().items():
        parts = 2 if name.startswith(halved) else 1
        for to, part in zip(own[name].chunk(parts), learned.chunk(parts), strict=True):
            if to.ndim == 4:  # a kernel, which ignores new latents
                to[:, part.shape[1] :] = 0
            to[tuple(map(slice, part.shape))] = part
