"""Settings of the codec's training; every run folder keeps the ones it used as JSON."""

from dataclasses import dataclass, field

from llcodec.data.sampling import Mix

# Rate–distortion weights of the integer qualities 1 … 8, in bpp + λ·255²·MSE.
LAMBDAS = (0.0008, 0.0016, 0.0032, 0.0064, 0.0128, 0.0256, 0.0512, 0.1024)


@dataclass(frozen=True)
class CodecRecipe:
    """One stage of the codec's training.

    Stage ``plain`` trains a codec on photographs, without tone and SNR branch; stage ``joint``
    trains the whole network on dark and bright pairs. The learning rate rises over ``warmup``
    steps and falls to zero along a cosine; the linear path and the entropy networks get the shares
    ``linear_rate`` and ``entropy_rate`` of it. ``l1_share`` adds that much of the mean absolute
    error to the mean squared error. Losses above ``loss_cap`` are skipped.
    """

    stage: str = "joint"
    steps: int = 10_000
    batch: int = 8
    crop: int = 128
    learning_rate: float = 5e-4
    linear_rate: float = 0.1
    entropy_rate: float = 0.4
    warmup: int = 200
    clip_norm: float = 1.0
    loss_cap: float = 50.0
    ema_decay: float = 0.998
    l1_share: float = 0.03
    precision: str = "auto"
    lambdas: tuple[float, ...] = LAMBDAS
    mix: Mix = field(default_factory=Mix)
    checkpoint_minutes: float = 8.0
    validate_every: int = 500
    seed: int = 0
