"""Add camera noise to pictures that a generator darkened."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from llcodec.data.darkening import darken, random_noise


@dataclass(frozen=True)
class CameraNoise:
    """Add the noise of the darkening model, with a random strength for each picture.

    This noise was measured on dark pictures only, so that training remains unpaired.
    """

    rng: np.random.Generator

    def __call__(self, dark: Tensor) -> Tensor:
        """Return B×3×H×W in [−1, 1] with noise, quantised to 8 bits.

        Gradients pass through unchanged.
        """
        pictures = (dark.detach().float() + 1) / 2
        noisy = [self._photographed(picture) for picture in pictures.clamp(0, 1)]
        added = 2 * torch.stack(noisy).to(dark) - 1
        return dark + (added - dark).detach()

    def _photographed(self, picture: Tensor) -> Tensor:
        pixels = picture.permute(1, 2, 0).contiguous().cpu().numpy()
        noisy = darken(pixels, random_noise(self.rng), self.rng)
        return torch.from_numpy(noisy).permute(2, 0, 1)
