"""Pictures with captions of what was done to them, to train a text guide with.

Photographs are darkened, over-exposed, tinted and made noisy by the model of
:mod:`llcodec.data.darkening`; the dark halves of pairs come as the camera saw them, some of them
amplified, so that noise and tint of one camera do not stand for darkness.
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

_DARKEST, _BRIGHTEST = -6.0, 3.0  # log2 of the exposures that are drawn
_AS_IS, _DARKENED = 0.3, 0.45  # shares of photographs; the rest gets more light
_LEAST_CROP = 96  # pixels of the shorter side
_HELD_OUT = 10  # one photograph in so many is kept for measurements


@dataclass(frozen=True)
class DescribedBatch:
    """Pictures B×3×S×S in [0, 1], a caption of each, and what is true of what.

    ``truth`` is B×B in [0, 1]: how true each caption (column) is of each picture (row).
    """

    pictures: Tensor
    captions: tuple[Caption, ...]
    truth: Tensor


def held_out(photographs: Sequence[Pixels]) -> tuple[list[Pixels], list[Pixels]]:
    """Return photographs to train with and, each tenth of them, to measure with."""
    measured = list(photographs[_HELD_OUT - 1 :: _HELD_OUT])
    return [p for i, p in enumerate(photographs, 1) if i % _HELD_OUT], measured


class DescribedPictures:
    """Draws described pictures of ``size`` by ``size`` pixels; ``rng`` gives every random number.

    ``pair_share`` of them are the dark halves of pairs. The bright halves are photographs.
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
        # Noise of a larger picture is partly averaged away in the size that the guide sees.
        (crop,) = self._crops(self.size * int(self.rng.integers(1, 3)), photograph)
        darker = kind < _AS_IS + _DARKENED
        light = self.rng.uniform(*((_DARKEST, -0.5) if darker else (-0.5, _BRIGHTEST)))
        return self._exposed(crop, light)

    def _low(self) -> tuple[Floats, Condition]:
        """Return the dark half of a pair, as it is or with some of its light given back."""
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
            more = np.exp(rng.uniform(0.5, 3.0))  # of the noise's standard deviation
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
        if condition.over_exposed:  # clipping takes the cast away
            condition = replace(condition, warmth=None, green=None)
        return picture, condition

    def _crops(self, size: int, *pictures: Pixels) -> list[Floats]:
        """Return the same cut of pictures of one size, up to the whole, squeezed to a square."""
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
    """Draw gains of R, G and B that a viewer notices: warm, cold, green or magenta."""
    strength = rng.uniform(0.2, 0.5) * rng.choice((-1, 1))
    logs = (
        (strength, 0.0, -strength)
        if rng.random() < 0.6
        else (-0.3 * strength, 0.7 * strength, -0.3 * strength)
    )
    red, green, blue = np.exp(logs).tolist()
    return red, green, blue
