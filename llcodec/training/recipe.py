"""Recipes of training runs; ``recipes/*.toml`` are the shipped ones, a run folder has its own."""

import math
from dataclasses import dataclass, field
from typing import Literal

from llcodec._bitstream import QUALITY_LEVELS
from llcodec.data.sampling import Mix
from llcodec.errors import InputError
from llcodec.nets.presets import DEFAULT_PRESET, PRESETS, Preset
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
from llcodec.training.tone import ToneRecipe

# λ of the integer qualities 1 … 8 for photographs, in bpp + λ·255²·MSE.
LAMBDAS = (0.0008, 0.0016, 0.0032, 0.0064, 0.0128, 0.0256, 0.0512, 0.1024)

# VGG16 is missing: with it, a step would take several times as long.
BackboneName = Literal["squeezenet", "alexnet"]

_MAY_BE_ZERO = ("widths", "blocks", "decoder_blocks", "context_features")


@dataclass(frozen=True)
class LearningRate:
    """The learning rate of Adam over time: a warm-up of ``warmup`` steps, then a decay.

    ``decay`` is a cosine that ends at zero, a halving at each of ``milestones``, or a
    ``trapezoid``: constant, then linear to zero over the last ``cooldown`` share of the steps.

    The linear path and the entropy networks have the shares ``linear`` and ``entropy`` of ``peak``.
    The linear path already starts with a good basis. The entropy networks predict means in units of
    the quantisation step, so that high qualities are sensitive to small changes of their weights.
    """

    peak: float = 4e-4
    linear: float = 0.1
    entropy: float = 0.4
    warmup: int = 200
    decay: Literal["cosine", "halving", "trapezoid"] = "cosine"
    milestones: tuple[int, ...] = ()
    cooldown: float = 0.25

    def __post_init__(self) -> None:
        """Raise InputError for invalid values."""
        check_positive(peak=self.peak)
        check_weights(linear=self.linear, entropy=self.entropy)
        check_least(0, warmup=self.warmup)
        check_positive(cooldown=self.cooldown)
        check_shares(cooldown=self.cooldown)


@dataclass(frozen=True)
class Distortion:
    """Weights of the mean squared error, the mean absolute error and 1 − SSIM, for [0, 1] pixels.

    ``flat`` is the weight of the error of gradients where the target has almost none: steps of one
    level between blocks, which hardly change squared errors but are visible in every sky.
    ``perceptual`` is the weight of LPIPS with the features of ``backbones``, which take turns from
    step to step (see :mod:`llcodec.training.perceptual`).
    ``global_tone`` is the share of the error of the global tone that only the tone network learns
    (see :func:`llcodec.training.losses.match_global_tone`); the codec learns the remainder.
    """

    mse: float = 1.0
    l1: float = 0.0
    ssim: float = 0.0
    flat: float = 0.0
    perceptual: float = 0.0
    backbones: tuple[BackboneName, ...] = ("squeezenet",)
    global_tone: float = 1.0

    def __post_init__(self) -> None:
        """Raise InputError for invalid weights."""
        check_weights(mse=self.mse, l1=self.l1, ssim=self.ssim, flat=self.flat)
        check_weights(perceptual=self.perceptual)
        check_shares(global_tone=self.global_tone)
        if not self.mse + self.l1 + self.ssim > 0:
            raise InputError("a distortion needs a weight above 0: of mse, l1 or ssim")
        check_backbones(self.backbones)


@dataclass(frozen=True)
class StageRecipe:
    """One stage of the training of a codec: steps of ``batch`` crops of ``crop``×``crop`` pixels.

    With crops below 256 pixels (4×4 hyper-latents), the hyper networks learn little but borders:
    complete pictures then take a quarter more bits than crops. ``lambdas`` are those of the integer
    qualities, drawn at random; ``rate_point`` selects one of them, for presets with one rate.
    ``equalise`` divides the loss by the square root of λ, so that the highest quality does not
    dominate. ``betas`` make Adam forget squared gradients quickly: otherwise bursts of the gradient
    move all weights at once, which has ruined a run. ``teacher`` is the weight of the error between
    the features of the joint stage and those of the bright reference (see
    :class:`llcodec.training.teacher.Teacher`).

    Gradients are clipped to the norm ``clip_norm``. With ``adaptive_clip``, the gradients of each
    part are clipped to this multiple of the median of its recent norms instead.

    Steps whose loss is above ``loss_cap`` times the median of the last hundred are skipped; after
    ``patience`` of them in a row the run continues from the averaged weights. In the last
    ``hard_share`` of the steps, rates are those of rounded latents, as in files, instead of latents
    with noise. With ``bright_halves``, the bright pictures of a third of the pairs are also used as
    photographs. ``precision`` is that of the transforms: ``auto`` is bfloat16 on GPUs and on CPUs
    that multiply it in hardware, float32 elsewhere.
    """

    steps: int = 10_000
    batch: int = 3
    crop: int = 256
    learning_rate: LearningRate = field(default_factory=LearningRate)
    betas: tuple[float, float] = (0.9, 0.99)
    clip_norm: float = 1.0
    adaptive_clip: float | None = None
    loss_cap: float = 8.0
    patience: int = 20
    hard_share: float = 0.0
    ema_decay: float = 0.998
    distortion: Distortion = field(default_factory=Distortion)
    lambdas: tuple[float, ...] = LAMBDAS
    rate_point: int | None = None
    equalise: bool = True
    teacher: float | None = None
    mix: Mix = field(default_factory=Mix)
    bright_halves: bool = True
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    compile: bool = False
    checkpoint_minutes: float = 8.0
    sheet_minutes: float = 60.0
    validate_every: int = 500

    def __post_init__(self) -> None:
        """Raise InputError for settings that cannot be trained."""
        if self.crop < 64 or self.crop % 64:
            raise InputError(f"crops must be a multiple of 64 pixels, not {self.crop}")
        check_least(1, steps=self.steps, batch=self.batch, validate_every=self.validate_every)
        check_least(1, patience=self.patience, loss_cap=self.loss_cap)
        check_least(0, checkpoint_minutes=self.checkpoint_minutes, sheet_minutes=self.sheet_minutes)
        check_positive(
            clip_norm=self.clip_norm, adaptive_clip=self.adaptive_clip, teacher=self.teacher
        )
        check_decays(ema_decay=self.ema_decay)
        for beta in self.betas:
            check_decays(betas=beta)
        check_shares(hard_share=self.hard_share)
        if not self.lambdas or not all(0 < value < math.inf for value in self.lambdas):
            raise InputError("lambdas must be positive")
        if self.rate_point is None and len(self.lambdas) != QUALITY_LEVELS:
            raise InputError(f"{QUALITY_LEVELS} lambdas are needed, or a rate_point to train at")
        if self.rate_point is not None and not 1 <= self.rate_point <= len(self.lambdas):
            raise InputError(f"rate_point must be one of 1 … {len(self.lambdas)}")


@dataclass(frozen=True)
class Recipe:
    """A complete training: the tone network, the plain codec on photographs, the joint network.

    A stage that is None is left out; its result must then be given.
    """

    preset: Preset
    seed: int = 0
    tone: ToneRecipe | None = None
    plain: StageRecipe | None = None
    joint: StageRecipe | None = None

    def __post_init__(self) -> None:
        """Raise InputError for invalid sizes."""
        check_least(0, seed=self.seed)
        check_sizes(self.preset, may_be_zero=_MAY_BE_ZERO)
        groups, latents = sum(self.preset.groups), self.preset.latents
        if groups not in (0, latents):
            raise InputError(
                f"model.groups hold {groups} latents, where model.latents is {latents}"
            )
        shapes = self.preset.groups, self.preset.group_features, self.preset.group_hidden
        if groups and len(set(map(len, shapes))) != 1:
            raise InputError(
                "model.group_features and model.group_hidden need a value for each of model.groups"
            )


def _file_of(preset: Preset) -> str:
    return "paper" if preset.family == "paper" else preset.name


CODEC = RecipeKind(
    Recipe,
    PRESETS,
    DEFAULT_PRESET,
    files={name: _file_of(preset) for name, preset in PRESETS.items()},
)
