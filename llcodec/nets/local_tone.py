"""The local tone curve of a picture: 43 numbers that brighten it.

    u = gain · exposure · x         a gain per channel; exposures change slowly over the picture
    t = u² / (u + toe)              black stays black
    v = t^gamma                     a gamma per channel
    s = shoulder(v)                 what would burn out keeps its shape, white stays white
    x_g = M · s                     one 3×3 colour matrix

The shoulder is that of Reinhard et al. ("Photographic Tone Reproduction", SIGGRAPH 2002, equation
4): from 1 − knee on, it takes the brightest value that the curve makes of white to 1. Curves that
change nothing are the identity exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec._bitstream import TONE_FLOOR
from llcodec.nets.tone import ToneCurve


@dataclass(frozen=True)
class LocalToneCurve:
    """Tone numbers of a batch.

    Implements :class:`llcodec.nets.tone.Tone`.

    Attributes:
        whole: gain, gamma and matrix.
        toe: 0 or above, B×3.
        knee: above 0, at most 1; B×1.
        grid: natural logarithms of exposures, B×1×4×6.
    """

    whole: ToneCurve
    toe: Tensor
    knee: Tensor
    grid: Tensor

    @classmethod
    def mean(cls, curves: Sequence["LocalToneCurve"]) -> "LocalToneCurve":
        """Return the curves whose numbers are the means of those of several."""
        rest = ([getattr(c, name) for c in curves] for name in ("toe", "knee", "grid"))
        return cls(
            ToneCurve.mean([c.whole for c in curves]), *(torch.stack(v).mean(0) for v in rest)
        )

    def to(self, device: torch.device) -> "LocalToneCurve":
        """Return the curve on another device."""
        rest = (part.to(device) for part in (self.toe, self.knee, self.grid))
        return LocalToneCurve(self.whole.to(device), *rest)

    def scaled(self, share: float | Tensor) -> "LocalToneCurve":
        """Interpolate between no change (``share`` 0) and this curve (1).

        A tensor holds a share for each picture, B.
        """
        shares = torch.as_tensor(share).to(self.toe).reshape(-1, 1)
        grid = self.grid * _per_pixel(shares)
        return LocalToneCurve(self.whole.scaled(share), self.toe * shares, self.knee, grid)

    def exposed(self, x: Tensor, places: Tensor | None = None) -> Tensor:
        """Return pictures B×3×H×W times gain and exposure.

        Args:
            x: whole pictures, or crops of them.
            places: as for :func:`llcodec.nets.tone.apply_tone`.
        """
        if places is None:
            size = x.shape[-2:]
            log = F.interpolate(self.grid, size, mode="bilinear", align_corners=False)
        else:
            log = F.grid_sample(self.grid, places, padding_mode="border", align_corners=False)
        return self.whole.exposed(x) * log.exp()

    def apply(self, x: Tensor, places: Tensor | None = None) -> Tensor:
        """Return x_g of pictures x, B×3×H×W in [0, 1]; ``places`` as for :meth:`exposed`."""
        v = self._raised(self.exposed(x, places))
        white = self._raised(_per_pixel(self.whole.log_gain.exp()))
        knee = _per_pixel(self.knee)
        most = ((white - (1 - knee)) / knee).clamp(min=1)
        over = torch.minimum(((v - (1 - knee)) / knee).clamp(min=0), most)
        curved = 1 - knee + knee * over * (1 + over / most.square()) / (1 + over)
        return torch.einsum("bij,bjhw->bihw", self.whole.matrix, torch.where(over > 0, curved, v))

    def _raised(self, u: Tensor) -> Tensor:
        """Return exposed values, 0 or above, after toe and gamma."""
        t = u.square() / (u + _per_pixel(self.toe)).clamp(min=TONE_FLOOR)
        raised: Tensor = t.clamp(min=TONE_FLOOR) ** _per_pixel(self.whole.log_gamma.exp())
        return raised


def _per_pixel(v: Tensor) -> Tensor:
    return v[..., None, None]


def places_within(size: tuple[int, int], padded: tuple[int, int]) -> Tensor:
    """Return where the pixels of a padded picture lie in the picture itself, 1×H×W×2.

    Args:
        size: height and width of the picture.
        padded: those with padding at the bottom and on the right.
    """
    down, right = (
        (torch.arange(outer) + 0.5) * (2 / inner) - 1
        for inner, outer in zip(size, padded, strict=True)
    )
    return torch.stack(torch.meshgrid(right, down, indexing="xy"), -1)[None]
