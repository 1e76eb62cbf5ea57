"""Recipes of the training of NeRCo; ``recipes/nerco-*.toml`` are the shipped ones."""

from dataclasses import asdict, dataclass, field
from operator import attrgetter
from typing import Literal

from llcodec.errors import InputError
from llcodec.nerco.loss_weights import NercoLossWeights, paper_loss_weights
from llcodec.nerco.presets import PRESETS, NercoPreset
from llcodec.nerco.switches import ABLATIONS, NercoSwitches
from llcodec.nerco.windows import STRIDE
from llcodec.text_guide.prompts import Prompts
from llcodec.training.recipe import BackboneName
from llcodec.training.recipe_checks import (
    check_backbones,
    check_decays,
    check_least,
    check_positive,
    check_shares,
    check_sizes,
    check_weights,
)
from llcodec.training.recipe_files import RecipeKind

_BLOCKS = ("extractor_blocks", "mask_blocks", "enhancer_blocks", "degrader_blocks")


@dataclass(frozen=True)
class NercoRecipe:
    """A complete training: steps of ``batch`` dark and ``batch`` bright crops of ``crop``×``crop``.

    The length is given in ``steps``, or in ``epochs`` over the larger of both sets of pictures, as
    in CycleGAN. The learning rate is constant for the share ``constant`` of it and then falls
    linearly to zero. ``guide`` is the model of text guidance, see
    :func:`llcodec.text_guide.loading.load_guide`. With ``ema_decay`` 0, the last weights are
    exported without averaging, as published.

    The paper has none of the following. ``camera_noise`` adds the noise of a camera to pictures
    that G_L darkened, so that G_H learns to remove noise. ``even_light`` reduces the contrast of
    bright pictures (:mod:`llcodec.training.even_light`). ``enlarge`` enlarges their sides by this
    factor. The first ``start_steps`` of ``steps`` only train what enhances, to restore bright
    pictures that our model of a camera darkened; the learning rate falls linearly in them to
    ``start_final`` of it, from which its schedule begins after them. ``weights.restoration`` keeps
    this term, and gives it its weight; ``weights.perceptual`` is the weight of LPIPS of the same
    pictures, with the features of ``backbones``, which take turns from step to step. Of these
    pictures, a share of ``unchanged`` is not darkened. Of the others, a share of ``lit`` is lit by
    lamps, with everything else in shadow, and a share of ``jpeg`` was stored as JPEG; all have to
    become the photograph again. ``parts`` is the share of bright crops whose complete picture, and
    with it the thumbnail, is a part of a photograph.

    Steps whose loss is not finite are skipped; ``patience`` of them in a row end the run.
    """

    preset: NercoPreset
    seed: int = 0
    steps: int | None = None
    epochs: int | None = None
    constant: float = 1 / 3
    batch: int = 1
    crop: int = 256
    learning_rate: float = 2e-4
    clip_norm: float | None = None
    ema_decay: float = 0.0
    patience: int = 20
    switches: NercoSwitches = field(default_factory=NercoSwitches)
    weights: NercoLossWeights = field(default_factory=NercoLossWeights)
    guide: str | None = None
    prompts: Prompts = field(default_factory=Prompts)
    camera_noise: bool = False
    even_light: bool = False
    enlarge: float = 1.0
    start_steps: int = 0
    start_final: float = 1.0
    unchanged: float = 0.0
    lit: float = 0.0
    jpeg: float = 0.0
    parts: float = 0.0
    backbones: tuple[BackboneName, ...] = ("squeezenet",)
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    checkpoint_minutes: float = 8.0
    sheet_minutes: float = 60.0
    validate_every: int = 1000

    def __post_init__(self) -> None:
        """Raise InputError for invalid settings."""
        if (self.steps is None) == (self.epochs is None):
            raise InputError("give the length in steps or in epochs")
        check_least(1, steps=self.steps, epochs=self.epochs, patience=self.patience)
        check_least(1, batch=self.batch, validate_every=self.validate_every)
        check_least(0, checkpoint_minutes=self.checkpoint_minutes, sheet_minutes=self.sheet_minutes)
        check_least(0, seed=self.seed, start_steps=self.start_steps)
        if self.start_steps and not self.start_final:
            raise InputError("start_final must be above 0, or nothing is learned after the start")
        if self.start_steps and self.start_steps >= (self.steps or 0):
            raise InputError("start_steps must be fewer than steps")
        check_positive(learning_rate=self.learning_rate, clip_norm=self.clip_norm)
        check_decays(ema_decay=self.ema_decay)
        check_weights(**asdict(self.weights))
        check_sizes(self.preset, may_be_zero=_BLOCKS)
        if self.preset.neighbourhood % 2 == 0:
            raise InputError("model.neighbourhood must be odd")
        least = 32 * self.preset.discriminator_reduction
        if self.crop < least or self.crop % STRIDE:
            raise InputError(f"crops must be a multiple of {STRIDE} pixels, and {least} at least")
        if not 1 <= self.enlarge <= 4:
            raise InputError("enlarge must be between 1 and 4")
        check_shares(constant=self.constant, unchanged=self.unchanged, jpeg=self.jpeg)
        check_shares(start_final=self.start_final, lit=self.lit, parts=self.parts)
        if not self.start_steps and self.start_final != 1:
            raise InputError("start_final needs start_steps")
        check_backbones(self.backbones)
        for name in ("start_steps", "unchanged", "lit", "jpeg", "weights.perceptual"):
            if attrgetter(name)(self) and not self.weights.restoration:
                raise InputError(f"{name} needs weights.restoration above 0")

    def steps_for(self, pictures: int) -> int:
        """Return the number of steps; ``pictures`` is the size of the larger set."""
        if self.steps is not None:
            return self.steps
        return (self.epochs or 1) * -(-pictures // self.batch)


def start_learning_rate_factor(step: int, steps: int, final: float) -> float:
    """Return the factor after ``step`` of ``steps`` of the start: linear from 1 to ``final``."""
    return 1 - (1 - final) * step / steps


def learning_rate_factor(step: int, steps: int, constant: float) -> float:
    """Return the factor of the learning rate after ``step`` steps: constant, then linear to 0."""
    left = 1 - step / steps
    return 1.0 if constant >= 1 else min(1.0, left / (1 - constant))


NERCO = RecipeKind(
    NercoRecipe,
    PRESETS,
    "nerco-compact",
    named={
        "weights": {"released": NercoLossWeights(), "paper": paper_loss_weights()},
        "switches": {f"ablation-{number}": left for number, left in enumerate(ABLATIONS, 1)},
    },
)
