"""The tone curves of dark crops, and bright targets that have the brightness of these curves."""

import torch
from torch import Tensor

from llcodec.data.sampling import Batch
from llcodec.nets.joint import JointModel
from llcodec.nets.tone import Tone, apply_tone
from llcodec.training.losses import match_global_tone


@torch.no_grad()
def toned(model: JointModel, batch: Batch, share: float) -> tuple[Tone | None, Tensor]:
    """Return the tone curves of the dark pictures of a batch, and its targets B×3×S×S.

    The global tone of targets is moved by ``share`` towards that of the curves
    (:func:`llcodec.training.losses.match_global_tone`). Without a tone network there are no curves,
    and targets stay as they are.
    """
    curve = model.predict_tone(batch.low_thumbnail)
    if curve is None:
        return None, batch.high
    bright = apply_tone(batch.low_thumbnail, curve)
    return curve, match_global_tone(batch.high, batch.high_thumbnail, bright, share)
