"""Dark views of bright pictures, made by the model of a camera."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from llcodec._arrays import Floats
from llcodec.data.darkening import Darkening, darken, random_darkening, random_night
from llcodec.data.degrading import jpeg_coded
from llcodec.data.lamps import Lighting, random_lighting
from llcodec.nerco.coordinates import Coordinates
from llcodec.nerco.views import View, to_signed, to_unit
from llcodec.nets.constants import THUMBNAIL_SIZE

_EXPOSURES = 1 / 150, 1 / 2  # most dark pictures of LOL have 1/190 … 1/11 of the light


@dataclass(frozen=True)
class PhotographDarkening:
    """Darken views by the darkening model, by a random amount for each picture.

    Its noise was measured on dark pictures only, so that training remains unpaired. ``unchanged``
    is the share of pictures that stay as they are, so that bright ones are left alone. Of the
    others, ``lit`` is the share that lamps light in part, and ``jpeg`` that of those that were
    stored as JPEG.
    """

    rng: np.random.Generator
    unchanged: float = 0.0
    lit: float = 0.0
    jpeg: float = 0.0

    def __call__(self, bright: View) -> View:
        """Return the dark views: pictures with noise, in 8 bits; overviews without noise."""
        picture, overview = to_unit(bright.picture), to_unit(bright.overview)
        places = _places(bright.coordinates, len(picture))
        dark = [self._darkened(*one) for one in zip(picture, overview, places, strict=True)]
        pictures, overviews = (to_signed(torch.stack(planes)) for planes in zip(*dark, strict=True))
        return bright.with_picture(pictures.to(picture), overviews.to(overview))

    def _darkened(
        self, crop: Tensor, whole: Tensor, place: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, Tensor]:
        rng = self.rng
        if self.unchanged and rng.random() < self.unchanged:
            return crop.float(), whole.float()
        light = small_light = None
        if self.lit and rng.random() < self.lit:
            lighting, how = random_lighting(rng), random_night(rng)
            light, small_light = (
                _light(lighting, *place),
                _light_of_overview(lighting, whole, *place),
            )
        else:
            how = random_darkening(rng, float(np.exp(rng.uniform(*np.log(_EXPOSURES)))))
        dark = _darkened(crop, how, rng, light)
        if self.jpeg and rng.random() < self.jpeg:
            dark = jpeg_coded(dark, rng)
        return _planes(dark), _planes(_darkened(whole, how, None, small_light))


def _places(at: Coordinates, batch: int) -> list[tuple[Tensor, Tensor]]:
    """Return the coordinates of the rows and of the columns of each picture of a batch."""
    rows, columns = (
        x.detach().cpu().expand(batch, -1) for x in (at.rows.float(), at.columns.float())
    )
    return list(zip(rows, columns, strict=True))


def _light(lighting: Lighting, rows: Tensor, columns: Tensor) -> Floats:
    """Return the light on a crop; coordinates of −1 and 1 are the edges of the complete picture."""
    height, width = _size(rows), _size(columns)
    down, right = (
        (x.numpy() + 1) * np.float32(n / 2) for x, n in ((rows, height), (columns, width))
    )
    return lighting.at(down, right, height, width)


def _light_of_overview(lighting: Lighting, whole: Tensor, rows: Tensor, columns: Tensor) -> Floats:
    """Return the light on an overview: a thumbnail of any picture, that reflection made wider."""
    size = _size(rows), _size(columns)
    down, right = (
        (np.arange(n, dtype=np.float32) + 0.5) * np.float32(length / n)
        for n, length in zip(THUMBNAIL_SIZE, size, strict=True)
    )
    added = [(0, n - m) for n, m in zip(whole.shape[-2:], THUMBNAIL_SIZE, strict=True)]
    return np.pad(lighting.at(down, right, *size), (*added, (0, 0)), mode="reflect")


def _size(centres: Tensor) -> int:
    """Return the pixels of a side of a picture, by the coordinates of some of them."""
    return round(2 * (len(centres) - 1) / float(centres[-1] - centres[0]))


def _darkened(
    planes: Tensor, how: Darkening, rng: np.random.Generator | None, light: Floats | None
) -> Floats:
    """Return 3×H×W in [0, 1] as a camera takes it, H×W×3; without ``rng``, without noise."""
    pixels = planes.detach().float().permute(1, 2, 0).contiguous().cpu().numpy()
    return darken(pixels, how, rng, light=light)


def _planes(pixels: Floats) -> Tensor:
    return torch.from_numpy(pixels).permute(2, 0, 1)
