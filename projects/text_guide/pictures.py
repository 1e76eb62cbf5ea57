"""Pictures with captions for the training of a text guide.

Photographs are darkened, over-exposed, tinted and made noisy by the model of
:mod:`llcodec.data.darkening`. Dark pictures of pairs are used unchanged or amplified, so that the
guide does not confuse the noise and tint of one camera with darkness.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from llcodec._arrays import Floats, Pixels
from llcodec.data.darkening import darken, random_darkening
from llcodec.data.pairs import Pair
from llcodec.errors import InputError
from projects.text_guide.captions import Caption, Condition, draw_caption
from projects.text_guide.light import expose, light_of, own_light, resized

_DARKEST, _BRIGHTEST = -6.0, 3.0  # log2 of the range of exposures
_AS_IS, _DARKENED = 0.3, 0.45  # shares of photographs; all others get more light
_LEAST_CROP = 96  # pixels of the shorter side
_HELD_OUT = 10  # one photograph in this many is held out for measurements


@dataclass(frozen=True)
class DescribedBatch:
    """Pictures B×3×S×S in [0, 1], their captions, and the truth of each caption of each picture.

    ``truth`` is B×B in [0, 1]: how true each caption (column) is of each picture (row).
    """

    pictures: Tensor
    captions: tuple[Caption, ...]
    truth: Tensor


def held_out(photographs: Sequence[Pixels]) -> tuple[list[Pixels], list[Pixels]]:
    """Return the photographs for training, and every tenth, which is held out."""
    measured = list(photographs[_HELD_OUT - 1 :: _HELD_OUT])
    return [p for i, p in enumerate(photographs, 1) if i % _HELD_OUT], measured


class DescribedPictures:
    """Draw described pictures of ``size``×``size`` pixels; all random numbers come from ``rng``.

    ``pair_share`` is the share of dark pictures of pairs. Their bright pictures are photographs.
    """

    def __init__(
        self,
        pairs: Sequence[Pair],
        photographs: Sequence[Pixels],
        size: int,
        pair_share: float,
        rng: np.random.Generator,
    ) -> None:
        if not pairs or not photographs:
            raise InputError("a text guide needs pairs of dark and bright pictures and photographs")
        self.pairs, self.size, self.pair_share, self.rng = pairs, size, pair_share, rng
        highs = {id(pair.high): pair.high for pair in pairs}
        self.photographs = [*photographs, *highs.values()]

    def batch(self, count: int) -> DescribedBatch:
        """Return ``count`` pictures with captions."""
        drawn = [self._one() for _ in range(count)]
        captions = tuple(draw_caption(condition, self.rng) for _, condition in drawn)
        truth = [[caption.truth(condition) for caption in captions] for _, condition in drawn]
        pictures = torch.from_numpy(np.stack([picture for picture, _ in drawn]))
        return DescribedBatch(pictures.permute(0, 3, 1, 2), captions, torch.tensor(truth))

    def _one(self) -> tuple[Floats, Condition]:
        if self.rng.random() < self.pair_share:
            return self._low()
        photograph = self.photographs[int(self.rng.integers(len(self.photographs)))]
        kind = self.rng.random()
        if kind < _AS_IS:
            (crop,) = self._crops(self.size, photograph)
            return crop, Condition(own_light(crop))
        # The noise of a larger picture partly averages out at the size of the guide's input.
        (crop,) = self._crops(self.size * int(self.rng.integers(1, 3)), photograph)
        darker = kind < _AS_IS + _DARKENED
        light = self.rng.uniform(*((_DARKEST, -0.5) if darker else (-0.5, _BRIGHTEST)))
        return self._exposed(crop, light)

    def _low(self) -> tuple[Floats, Condition]:
        """Return the dark picture of a pair, unchanged or with some of its light restored."""
        pair = self.pairs[int(self.rng.integers(len(self.pairs)))]
        low, high = self._crops(self.size, pair.low, pair.high)
        light = float(np.log2((light_of(low) + 1e-5) / (light_of(high) + 1e-5))) + own_light(high)
        light = min(0.0, max(2 * _DARKEST, light))
        if self.rng.random() < 0.4:
            given = self.rng.uniform(0, -light)
            low, light = expose(low, given), light + given
        return low, Condition(light, None, None, None)

    def _exposed(self, crop: Floats, light: float) -> tuple[Floats, Condition]:
        rng, how = self.rng, random_darkening(self.rng, 2.0**light)
        if rng.random() < 0.4:
            more = np.exp(rng.uniform(0.5, 3.0))  # factor of the standard deviation of noise
            how = replace(how, shot=how.shot * more**2, read=how.read * more)
        if rng.random() < 0.35:
            how = replace(how, balance=_cast(rng))
        clean = darken(crop, how, None)
        noisy = darken(crop, how, rng)
        picture, plain = (resized(version, (self.size, self.size)) for version in (noisy, clean))
        red, green, blue = np.log(how.balance).tolist()
        condition = Condition(
            light + own_light(crop),
            noise=float((picture - plain).std()),
            warmth=(red - blue) / 2,
            green=green - (red + blue) / 2,
        )
        if condition.over_exposed:  # clipping removes the cast
            condition = replace(condition, warmth=None, green=None)
        return picture, condition

    def _crops(self, size: int, *pictures: Pixels) -> list[Floats]:
        """Return the same random crop of pictures of equal size, resized to a square."""
        rng, (height, width) = self.rng, pictures[0].shape[:2]
        least = min(1.0, _LEAST_CROP / min(height, width))
        share = np.exp(rng.uniform(np.log(least), 0))
        rows, columns = (
            max(1, min(side, round(side * share * np.exp(rng.uniform(-0.2, 0.2)))))
            for side in (height, width)
        )
        top, left = int(rng.integers(height - rows + 1)), int(rng.integers(width - columns + 1))
        flip = -1 if rng.random() < 0.5 else 1
        cuts = (p[top : top + rows, left : left + columns][:, ::flip] for p in pictures)
        return [resized(cut.astype(np.float32) / np.float32(255), (size, size)) for cut in cuts]


def _cast(rng: np.random.Generator) -> tuple[float, float, float]:
    """Draw gains of R, G and B with a visible cast: warm, cold, green or magenta."""
    strength = rng.uniform(0.2, 0.5) * rng.choice((-1, 1))
    logs = (
        (strength, 0.0, -strength)
        if rng.random() < 0.6
        else (-0.3 * strength, 0.7 * strength, -0.3 * strength)
    )
    red, green, blue = np.exp(logs).tolist()
    return red, green, blue
