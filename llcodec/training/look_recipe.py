"""Recipes of the training of looks; ``recipes/look-*.toml`` are the shipped ones."""

from dataclasses import asdict, dataclass, field
from typing import Final, Literal

from llcodec._bitstream import STRIDE
from llcodec.data.sampling import Mix
from llcodec.errors import InputError
from llcodec.training.recipe import BackboneName, LearningRate
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

_MS_SSIM_SIDE = 160  # pixels; with five scales, a crop must be larger
GRID_LATENTS = 8
"""Latents per side within which an error that repeats is a grid."""


@dataclass(frozen=True)
class LookPreset:
    """The shape of the discriminator; that of the synthesis is that of the codec.

    ``discriminator_width`` is the number of channels of its first layer.
    """

    name: str
    discriminator_width: int = 32


@dataclass(frozen=True)
class LookLossWeights:
    """Weights of the losses of a look, for pixels in [0, 1].

    ``l1`` and ``ms_ssim`` (of 1 − MS-SSIM) keep the picture at its target; ``edges`` is the error
    of gradients, ``colour`` that of means of 8×8 pixels, ``preview`` that of previews against the
    picture, ``adversarial`` the score that the discriminator withholds, ``perceptual`` LPIPS with
    the features of the recipe's ``backbones``, ``grid`` the part of the error that repeats every 16
    pixels.
    """

    l1: float = 1.0
    ms_ssim: float = 0.5
    edges: float = 4.0
    colour: float = 0.5
    preview: float = 0.5
    adversarial: float = 0.5
    perceptual: float = 0.0
    grid: float = 0.0

    def __post_init__(self) -> None:
        """Raise InputError for invalid weights."""
        check_weights(**asdict(self))
        if not self.l1 + self.ms_ssim > 0:
            raise InputError("a look needs a weight above 0 of l1 or ms_ssim")


@dataclass(frozen=True)
class LookRecipe:
    """A complete training: steps of ``batch`` crops of ``crop``×``crop`` pixels.

    Only the synthesis of a codec learns; qualities are drawn at random. ``discriminator_rate`` is
    the highest learning rate of the discriminator, ``betas`` are those of Adam for both.
    Before ``adversarial_after`` steps the discriminator learns, but has no say yet. ``backbones``
    as for :class:`llcodec.training.recipe.Distortion`.
    ``global_tone`` as for :class:`llcodec.training.recipe.Distortion`. Steps whose loss or gradient
    is not finite are skipped; ``patience`` of them in a row end the run.
    """

    preset: LookPreset
    seed: int = 0
    steps: int = 20_000
    batch: int = 8
    crop: int = 256
    learning_rate: LearningRate = field(default_factory=lambda: LearningRate(peak=1e-4))
    discriminator_rate: float = 2e-4
    betas: tuple[float, float] = (0.5, 0.99)
    clip_norm: float = 1.0
    ema_decay: float = 0.999
    patience: int = 20
    adversarial_after: int = 1000
    weights: LookLossWeights = field(default_factory=LookLossWeights)
    backbones: tuple[BackboneName, ...] = ("squeezenet",)
    global_tone: float = 1.0
    mix: Mix = field(default_factory=Mix)
    bright_halves: bool = True
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    checkpoint_minutes: float = 8.0
    sheet_minutes: float = 60.0
    validate_every: int = 1000

    def __post_init__(self) -> None:
        """Raise InputError for settings that cannot be trained."""
        if self.crop < 64 or self.crop % 64:
            raise InputError(f"crops must be a multiple of 64 pixels, not {self.crop}")
        if self.weights.ms_ssim and self.crop <= _MS_SSIM_SIDE:
            raise InputError(f"ms_ssim needs crops above {_MS_SSIM_SIDE} pixels, not {self.crop}")
        if self.weights.grid and self.crop % (GRID_LATENTS * STRIDE):
            side = GRID_LATENTS * STRIDE
            raise InputError(f"grid needs crops of a multiple of {side} pixels, not {self.crop}")
        check_least(1, steps=self.steps, batch=self.batch, validate_every=self.validate_every)
        check_least(1, patience=self.patience)
        check_least(0, checkpoint_minutes=self.checkpoint_minutes, sheet_minutes=self.sheet_minutes)
        check_least(0, seed=self.seed, adversarial_after=self.adversarial_after)
        check_positive(clip_norm=self.clip_norm, discriminator_rate=self.discriminator_rate)
        check_decays(ema_decay=self.ema_decay)
        for beta in self.betas:
            check_decays(betas=beta)
        check_shares(global_tone=self.global_tone)
        check_sizes(self.preset)
        check_backbones(self.backbones)


_DEFAULT: Final = "look-fast-2"

LOOK = RecipeKind(LookRecipe, {_DEFAULT: LookPreset(_DEFAULT)}, _DEFAULT)
