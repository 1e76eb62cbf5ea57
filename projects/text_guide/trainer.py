"""Training of a text guide: both towers of a small open_clip model, with a contrastive loss."""

import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from llcodec._arrays import Pixels
from llcodec.data.pairs import Pair
from llcodec.text_guide.clip_guide import ClipGuide
from llcodec.text_guide.file import GuideCard
from llcodec.text_guide.prompts import Prompts
from llcodec.text_guide.shape import first_merges, tokenizer_of
from llcodec.training.checkpoint import RunState
from llcodec.training.ema import Ema
from llcodec.training.optimiser import clipped_step, warmup_cosine
from llcodec.training.reporting import Row
from llcodec.training.trainer import RunSchedule, Trainer
from projects.text_guide.contrast import TextGuideRecipe, contrast
from projects.text_guide.pictures import DescribedBatch, DescribedPictures
from projects.text_guide.scores import distinct_highs, score_ladders, score_pairs

_REPORT_EVERY = 20
_LADDERS = 6  # validation pictures whose exposure is changed


class TextGuideTrainer(Trainer):
    """Train a text guide in one run folder."""

    def __init__(
        self,
        recipe: TextGuideRecipe,
        pairs: list[Pair],
        photographs: list[Pixels],
        validation: list[Pair],
        out: Path,
    ) -> None:
        self.recipe, self.validation, self.batch = recipe, validation, recipe.batch
        torch.manual_seed(recipe.seed)
        rng = np.random.default_rng(recipe.seed)
        shape = recipe.shape
        self.pictures = DescribedPictures(
            pairs, photographs, shape.image_size, recipe.pair_share, rng
        )
        self.card = GuideCard("text-guide", shape, first_merges(shape.merges))
        self.tokenizer = tokenizer_of(self.card.merges, shape.context)
        self.model = shape.build()
        self.model.logit_scale.data.fill_(math.log(recipe.most_scale / 2))
        self.ema = Ema(self.model, recipe.ema_decay)
        optimiser = torch.optim.AdamW(_groups(self.model, recipe.weight_decay), betas=(0.9, 0.98))
        schedule = RunSchedule(
            recipe.steps,
            report_every=_REPORT_EVERY,
            validate_every=recipe.validate_every,
            checkpoint_minutes=recipe.checkpoint_minutes,
        )
        state = RunState(self.model, self.ema.model, optimiser, rng)
        super().__init__(out, state, schedule, asdict(recipe))

    def guide(self) -> ClipGuide:
        """Return the guide with the averaged weights."""
        card = self.card
        return ClipGuide(card.name, self.ema.model, self.tokenizer, card.view, Prompts())

    def step(self) -> None:
        """Take a step, unless its loss or gradient is not finite."""
        recipe, state = self.recipe, self.state
        for group in state.optimiser.param_groups:
            group["lr"] = recipe.learning_rate * warmup_cosine(
                state.step, state.step, recipe.steps, recipe.warmup
            )
        loss = self._loss(self.pictures.batch(recipe.batch))
        state.step += 1
        if not clipped_step(loss, self.model, state.optimiser, clip_norm=1.0):
            self.skip(recipe.patience)
            return
        with torch.no_grad():
            self.model.logit_scale.clamp_(max=math.log(recipe.most_scale))
        self.ema.update(self.model, state.step)
        state.skipped = 0
        state.window.append([float(loss.detach())])

    def _loss(self, batch: DescribedBatch) -> Tensor:
        images = self.model.encode_image(self.card.view(batch.pictures), normalize=True)
        tokens = self.tokenizer([caption.text for caption in batch.captions])
        texts = self.model.encode_text(tokens, normalize=True)
        return contrast(images, texts, self.model.logit_scale.exp(), batch.truth)

    def validate(self) -> list[Row]:
        """Return how the guide ranks validation pairs, and pictures whose exposure is changed."""
        if not self.validation:
            return []
        guide = self.guide()
        pairs = score_pairs(guide, self.validation)
        ladders = score_ladders(guide, distinct_highs(self.validation)[:_LADDERS])
        return [
            {"pairs_low": pairs.low, "pairs_high": pairs.high, "pairs_gap": pairs.gap},
            {"ladders_to_normal": ladders.to_normal, "ladders_rising": ladders.rising},
        ]


def _groups(model: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Return parameter groups: matrices decay, biases, norms and the scale do not."""
    parameters = list(model.parameters())
    return [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
