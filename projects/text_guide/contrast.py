"""The recipe and the contrastive loss of a text guide."""

import math
from dataclasses import dataclass, field

from torch import Tensor
from torch.nn import functional as F

from llcodec.errors import InputError
from llcodec.text_guide.shape import GuideShape
from llcodec.training.recipe_checks import (
    check_decays,
    check_least,
    check_positive,
    check_shares,
    check_weights,
)


@dataclass(frozen=True)
class TextGuideRecipe:
    """Settings of the training of a text guide.

    ``pair_share`` is the share of dark pictures of pairs. Cosines are multiplied by a learned scale
    of at most ``most_scale``: a small scale spreads them out, which the gradient of a guide needs.
    Steps whose loss is not finite are skipped; ``patience`` of them in a row end the run.
    """

    steps: int = 1000
    batch: int = 48
    learning_rate: float = 1e-3
    warmup: int = 100
    weight_decay: float = 0.05
    ema_decay: float = 0.995
    pair_share: float = 0.3
    most_scale: float = 20.0
    patience: int = 20
    validate_every: int = 250
    checkpoint_minutes: float = 5.0
    seed: int = 0
    shape: GuideShape = field(default_factory=GuideShape)

    def __post_init__(self) -> None:
        """Raise InputError for invalid settings."""
        check_least(1, steps=self.steps, validate_every=self.validate_every, patience=self.patience)
        check_least(2, batch=self.batch)
        check_least(0, seed=self.seed, warmup=self.warmup)
        check_least(0, checkpoint_minutes=self.checkpoint_minutes)
        check_positive(learning_rate=self.learning_rate)
        check_weights(weight_decay=self.weight_decay)
        check_decays(ema_decay=self.ema_decay)
        check_shares(pair_share=self.pair_share)
        if not 1 < self.most_scale < math.inf:
            raise InputError(f"most_scale must be above 1, and finite, not {self.most_scale:g}")


def contrast(images: Tensor, texts: Tensor, scale: Tensor, truth: Tensor) -> Tensor:
    """Return the symmetric contrastive loss of unit vectors B×D, in nats; 0 is perfect.

    Many captions of a batch are true of a picture, and many pictures fit a caption; these are not
    negatives. So the targets are not one-hot: they are ``truth`` (B×B, pictures by captions),
    divided by its sums over captions and over pictures. The loss is the divergence from them.
    """
    logits = scale * images @ texts.T
    both = (_divergence(logits, truth), _divergence(logits.T, truth.T))
    return (both[0] + both[1]) / 2


def _divergence(logits: Tensor, truth: Tensor) -> Tensor:
    """Return the mean Kullback–Leibler divergence of rows of ``logits`` from those of ``truth``."""
    wanted = truth / truth.sum(1, keepdim=True)
    return F.kl_div(logits.log_softmax(1), wanted, reduction="batchmean")
