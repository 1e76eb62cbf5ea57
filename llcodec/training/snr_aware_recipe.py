"""Recipes of the training of the SNR-aware enhancer."""

from dataclasses import dataclass, field
from typing import Literal

from llcodec.data.sampling import Mix
from llcodec.errors import InputError
from llcodec.snr_aware.presets import MULTIPLE, PRESETS, SnrAwarePreset
from llcodec.training.recipe_checks import check_decays, check_least, check_positive, check_sizes
from llcodec.training.recipe_files import RecipeKind


@dataclass(frozen=True)
class SnrAwareRecipe:
    """A complete training: steps of ``batch`` crops of ``crop``×``crop`` pixels.

    The loss is the Charbonnier loss, the mean of √(d² + 1e-6) over pixels. The learning rate of
    Adam rises over ``warmup`` steps and falls to zero along a cosine. Steps whose loss or gradient
    is not finite are skipped; ``patience`` of them in a row end the run.
    """

    preset: SnrAwarePreset
    seed: int = 0
    steps: int = 20_000
    batch: int = 4
    crop: int = 256
    learning_rate: float = 4e-4
    betas: tuple[float, float] = (0.9, 0.99)
    warmup: int = 200
    clip_norm: float = 1.0
    ema_decay: float = 0.998
    patience: int = 20
    mix: Mix = field(default_factory=lambda: Mix(pairs=0.6, darkened=0.2))
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    checkpoint_minutes: float = 8.0
    sheet_minutes: float = 60.0
    validate_every: int = 1000

    def __post_init__(self) -> None:
        """Raise InputError for invalid settings."""
        if self.crop < MULTIPLE or self.crop % MULTIPLE:
            raise InputError(f"crops must be a multiple of {MULTIPLE} pixels, not {self.crop}")
        check_least(1, steps=self.steps, batch=self.batch, validate_every=self.validate_every)
        check_least(1, patience=self.patience)
        check_least(0, checkpoint_minutes=self.checkpoint_minutes, sheet_minutes=self.sheet_minutes)
        check_least(0, seed=self.seed, warmup=self.warmup)
        check_positive(learning_rate=self.learning_rate, clip_norm=self.clip_norm)
        check_decays(ema_decay=self.ema_decay)
        for beta in self.betas:
            check_decays(betas=beta)
        check_sizes(self.preset, may_be_zero=("local_blocks",))


SNR_AWARE = RecipeKind(SnrAwareRecipe, PRESETS, "snr-aware-compact")
