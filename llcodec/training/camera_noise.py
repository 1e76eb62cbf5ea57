"""The noise of a camera on pictures that a generator made dark."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from llcodec.data.darkening import darken, random_noise


@dataclass(frozen=True)
class CameraNoise:
    """Adds the noise of the darkening model, of a strength drawn for each picture.

    The model's noise was measured on dark pictures alone, so training stays unpaired.
    """

    rng: np.random.Generator

    def __call__(self, dark: Tensor) -> Tensor:
        """Return B×3×H×W in [−1, 1] with noise, on a grid of 8 bits.

        Gradients pass as if nothing had been added.
        """
        pictures = (dark.detach().float() + 1) / 2
        noisy = [self._photographed(picture) for picture in pictures.clamp(0, 1)]
        added = 2 * torch.stack(noisy).to(dark) - 1
        return dark + (added - dark).detach()

    def _photographed(self, picture: Tensor) -> Tensor:
        pixels = picture.permute(1, 2, 0).contiguous().cpu().numpy()
        noisy = darken(pixels, random_noise(self.rng), self.rng)
        return torch.from_numpy(noisy).permute(2, 0, 1)
