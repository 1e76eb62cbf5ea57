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
from llcodec.nerco.windows import pad_by_reflection

_Centres = tuple[Tensor, Tensor]  # the coordinates of the rows and of the columns of a crop
_EXPOSURES = 1 / 150, 1 / 2  # most dark pictures of LOL have 1/190 … 1/11 of the light


@dataclass(frozen=True)
class PhotographDarkening:
    """Darken views by the darkening model, by a random amount for each picture.

    Its noise was measured on dark pictures only, so that training remains unpaired. ``unchanged``
    is the share of pictures that stay as they are, so that bright ones are left alone. Of the
    others, a share of ``lit`` is lit by lamps, with everything else in shadow, and a share of
    ``jpeg`` was stored as JPEG.
    """

    rng: np.random.Generator
    unchanged: float = 0.0
    lit: float = 0.0
    jpeg: float = 0.0

    def __call__(self, bright: View) -> View:
        """Return the dark views: pictures with noise, in 8 bits; overviews without noise."""
        picture, overview = to_unit(bright.picture), to_unit(bright.overview)
        places = _places(bright.coordinates, len(picture))
        dark = [self._dark_views(*one) for one in zip(picture, overview, places, strict=True)]
        pictures, overviews = (to_signed(torch.stack(planes)) for planes in zip(*dark, strict=True))
        return bright.with_picture(pictures.to(picture), overviews.to(overview))

    def _dark_views(self, crop: Tensor, whole: Tensor, place: _Centres) -> tuple[Tensor, Tensor]:
        """Return a crop and its overview as a camera takes them in the dark, or as they are."""
        rng = self.rng
        if self.unchanged and rng.random() < self.unchanged:
            return crop.float(), whole.float()
        how, light, light_of_overview = self._night(place)
        dark = _darkened(crop, how, rng, light)
        if self.jpeg and rng.random() < self.jpeg:
            dark = jpeg_coded(dark, rng)
        return _planes(dark), _planes(_darkened(whole, how, None, light_of_overview))

    def _night(self, place: _Centres) -> tuple[Darkening, Floats | None, Floats | None]:
        """Draw how dark it is, and the light of lamps on a crop and on its overview, if any."""
        rng = self.rng
        if self.lit and rng.random() < self.lit:
            lighting, how = random_lighting(rng), random_night(rng)
            return how, _light(lighting, *place), _light_of_overview(lighting, *place)
        exposure = float(np.exp(rng.uniform(*np.log(_EXPOSURES))))
        return random_darkening(rng, exposure), None, None


def _places(at: Coordinates, batch: int) -> list[_Centres]:
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


def _light_of_overview(lighting: Lighting, rows: Tensor, columns: Tensor) -> Floats:
    """Return the light on the overview, the padded thumbnail of the complete picture."""
    return pad_by_reflection(lighting.on_thumbnail(_size(rows), _size(columns)))


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
