"""Dark views of bright pictures, made by the model of a camera."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from llcodec.data.darkening import Darkening, darken, random_darkening
from llcodec.nerco.views import View, to_signed, to_unit

_EXPOSURES = 1 / 150, 1 / 2  # most dark pictures of LOL have 1/190 … 1/11 of the light


@dataclass(frozen=True)
class PhotographDarkening:
    """Darken views by the darkening model, by a random amount for each picture.

    Its noise was measured on dark pictures only, so that training remains unpaired. ``unchanged``
    is the share of pictures that stay as they are, so that bright ones are left alone.
    """

    rng: np.random.Generator
    unchanged: float = 0.0

    def __call__(self, bright: View) -> View:
        """Return the dark views: pictures with noise, in 8 bits; overviews without noise."""
        picture, overview = to_unit(bright.picture), to_unit(bright.overview)
        dark = [self._darkened(crop, whole) for crop, whole in zip(picture, overview, strict=True)]
        pictures, overviews = (to_signed(torch.stack(planes)) for planes in zip(*dark, strict=True))
        return bright.with_picture(pictures.to(picture), overviews.to(overview))

    def _darkened(self, crop: Tensor, whole: Tensor) -> tuple[Tensor, Tensor]:
        if self.unchanged and self.rng.random() < self.unchanged:
            return crop.float(), whole.float()
        exposure = float(np.exp(self.rng.uniform(*np.log(_EXPOSURES))))
        how = random_darkening(self.rng, exposure)
        return _taken(crop, how, self.rng), _taken(whole, how, None)


def _taken(planes: Tensor, how: Darkening, rng: np.random.Generator | None) -> Tensor:
    """Return 3×H×W in [0, 1] as a camera takes it; without ``rng``, without noise."""
    pixels = planes.detach().float().permute(1, 2, 0).contiguous().cpu().numpy()
    return torch.from_numpy(darken(pixels, how, rng)).permute(2, 0, 1)
