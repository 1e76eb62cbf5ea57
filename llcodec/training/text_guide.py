"""Training of a text guide: both towers of a small open_clip model, by contrast."""

import json
import math
import time
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from llcodec.data.pairs import Pair, Pixels
from llcodec.errors import InputError
from llcodec.text_guide.clip_guide import ClipGuide
from llcodec.text_guide.file import GuideCard
from llcodec.text_guide.pictures import DescribedBatch, DescribedPictures
from llcodec.text_guide.prompts import Prompts
from llcodec.text_guide.scores import distinct_highs, score_ladders, score_pairs
from llcodec.text_guide.shape import first_merges, tokenizer_of
from llcodec.training.checkpoint import RunState, load_checkpoint, save_checkpoint
from llcodec.training.ema import Ema
from llcodec.training.stopping import StopRequest
from llcodec.training.text_contrast import TextGuideRecipe, contrast, share_of_rate

_REPORT_EVERY = 20
_LADDERS = 6  # validation pictures whose exposure is changed


class TextGuideTrainer:
    """Trains a text guide in one run folder: config.json, log.jsonl, checkpoint, the guide."""

    def __init__(
        self,
        recipe: TextGuideRecipe,
        pairs: list[Pair],
        photographs: list[Pixels],
        validation: list[Pair],
        out: Path,
    ) -> None:
        self.recipe, self.validation, self.out = recipe, validation, out
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
        self.state = RunState(self.model, self.ema.model, optimiser, rng)
        self.settings = json.dumps(asdict(recipe), indent=1) + "\n"

    @property
    def checkpoint(self) -> Path:
        """The file that this run goes on from."""
        return self.out / "checkpoint.safetensors"

    def resume(self) -> None:
        """Go on exactly where this run folder ended; InputError if its recipe is another one."""
        config = self.out / "config.json"
        if not config.is_file() or config.read_text() != self.settings:
            raise InputError(f"{config}: the run was started with other settings")
        load_checkpoint(self.checkpoint, self.state)

    def run(self, max_hours: float = math.inf) -> bool:
        """Train to the last step, for ``max_hours``, or until a signal; return if all is done."""
        self.out.mkdir(parents=True, exist_ok=True)
        (self.out / "config.json").write_text(self.settings)
        started = saved = time.monotonic()
        before, stopping = self.state.hours, False
        with StopRequest() as stop:
            while self.state.step < self.recipe.steps and not stopping:
                self._step()
                now = time.monotonic()
                self.state.hours = before + (now - started) / 3600
                self._tell()
                if now - saved > 60 * self.recipe.checkpoint_minutes:
                    save_checkpoint(self.checkpoint, self.state)
                    saved = now
                stopping = stop.asked or now - started > 3600 * max_hours
        save_checkpoint(self.checkpoint, self.state)
        return self.state.step >= self.recipe.steps

    def guide(self) -> ClipGuide:
        """Return the guide that the averaged weights make."""
        card = self.card
        return ClipGuide(card.name, self.ema.model, self.tokenizer, card.view, Prompts())

    def _step(self) -> None:
        recipe, state = self.recipe, self.state
        for group in state.optimiser.param_groups:
            group["lr"] = recipe.learning_rate * share_of_rate(state.step, recipe)
        loss = self._loss(self.pictures.batch(recipe.batch))
        state.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        state.optimiser.step()
        with torch.no_grad():
            self.model.logit_scale.clamp_(max=math.log(recipe.most_scale))
        state.step += 1
        self.ema.update(self.model, state.step)
        state.window.append([float(loss.detach())])

    def _loss(self, batch: DescribedBatch) -> Tensor:
        images = self.model.encode_image(self.card.view(batch.pictures), normalize=True)
        tokens = self.tokenizer([caption.text for caption in batch.captions])
        texts = self.model.encode_text(tokens, normalize=True)
        return contrast(images, texts, self.model.logit_scale.exp(), batch.truth)

    def _tell(self) -> None:
        state, recipe = self.state, self.recipe
        row: dict[str, Any] = {}
        if state.step % _REPORT_EVERY == 0 or state.step == recipe.steps:
            row["loss"] = round(fmean(value for (value,) in state.window), 4)
            state.window.clear()
        if self.validation and (
            state.step % recipe.validate_every == 0 or state.step == recipe.steps
        ):
            guide = self.guide()
            pairs = score_pairs(guide, self.validation)
            ladders = score_ladders(guide, distinct_highs(self.validation)[:_LADDERS])
            row |= {"pairs": asdict(pairs), "ladders": asdict(ladders)}
        if row:
            row = {"step": state.step, "hours": round(state.hours, 4), **row}
            with (self.out / "log.jsonl").open("a") as log:
                log.write(json.dumps(row) + "\n")


def _groups(model: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Return parameter groups: matrices decay, biases, norms and the scale do not."""
    parameters = list(model.parameters())
    return [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
