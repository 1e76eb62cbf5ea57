"""Settings of the codec's training; every run folder keeps the ones it used as JSON."""

from dataclasses import dataclass, field, replace

from llcodec.data.sampling import Mix
from llcodec.errors import InputError

# Rate–distortion weights of the integer qualities 1 … 8, in bpp + λ·255²·MSE.
LAMBDAS = (0.0008, 0.0016, 0.0032, 0.0064, 0.0128, 0.0256, 0.0512, 0.1024)


@dataclass(frozen=True)
class CodecRecipe:
    """One stage of the codec's training.

    Stage ``plain`` trains a codec on photographs, without tone and SNR branch; stage ``joint``
    trains the whole network on dark and bright pairs. Crops below 256 pixels (4×4 hyper-latents)
    teach the hyper networks their borders and little else: whole pictures then cost a quarter
    more bits than crops, and more at high qualities. The learning rate rises over ``warmup``
    steps and falls to zero along a cosine; the linear path and the entropy networks get the shares
    ``linear_rate`` and ``entropy_rate`` of it. ``l1_share`` adds that much of the mean absolute
    error to the mean squared error. Steps whose loss is above ``loss_cap`` times the median of
    the last hundred are skipped. ``tone_share`` is how much of the error of the global tone is
    left to the tone network (see :func:`llcodec.training.losses.retoned`).
    """

    stage: str = "joint"
    steps: int = 10_000
    batch: int = 3
    crop: int = 256
    learning_rate: float = 4e-4
    linear_rate: float = 0.1
    entropy_rate: float = 0.4
    warmup: int = 200
    clip_norm: float = 1.0
    loss_cap: float = 8.0
    ema_decay: float = 0.998
    l1_share: float = 0.03
    tone_share: float = 1.0
    precision: str = "auto"
    lambdas: tuple[float, ...] = LAMBDAS
    mix: Mix = field(default_factory=lambda: Mix(pairs=0.6, darkened=0.2))
    checkpoint_minutes: float = 8.0
    validate_every: int = 500
    seed: int = 0


def codec_recipe(
    stage: str, steps: int | None, crop: int | None, learning_rate: float | None, seed: int
) -> CodecRecipe:
    """Return the recipe of a stage; what is None keeps the recipe's own value.

    Raises InputError if the crop is not a multiple of 64.
    """
    if crop is not None and (crop < 64 or crop % 64):
        raise InputError(f"crops must be a multiple of 64 pixels, not {crop}")
    given = {"steps": steps, "crop": crop, "learning_rate": learning_rate}
    chosen = {key: value for key, value in given.items() if value is not None}
    return replace(CodecRecipe(stage=stage, seed=seed), **chosen)  # type: ignore[arg-type]
