"""What the trainings of enhancers have in common: validation, and sheets of pictures."""

from abc import ABC
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llcodec.data.pairs import Pair
from llcodec.training.ema import Ema
from llcodec.training.reporting import Row
from llcodec.training.sheet import draw_enhanced
from llcodec.training.trainer import Trainer
from llcodec.training.validation import score_enhancer


class EnhancerTrainer(Trainer, ABC):
    """A training of an enhancer, a network with the method ``enhance``.

    Subclasses set ``ema``, the averaged network, and ``validation``, pairs that are only measured
    and drawn.
    """

    ema: Ema[Any]
    validation: Sequence[Pair]

    def validate(self) -> list[Row]:
        """Return PSNR and SSIM of validation pairs, as 8-bit pictures at full size."""
        return score_enhancer(self.ema.model.enhance, self.validation, self.device)

    def merit(self, scores: Sequence[Row]) -> float:
        """Return the PSNR of validation pairs."""
        return scores[0]["psnr"]

    def draw(self, path: Path) -> None:
        """Draw validation pictures: input, enhanced, and target."""
        draw_enhanced(self.ema.model.enhance, self.validation, self.device, path)
