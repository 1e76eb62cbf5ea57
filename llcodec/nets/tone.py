"""The global tone curve of a picture: 15 numbers that brighten it, and their inverse.

x_g = M · shoulder((gain · x)^gamma) for each pixel, with a gain and a gamma per channel and one 3×3
colour matrix M. The shoulder comes before M, so that lamps turn white and not a garish colour, and
x_g is bounded whatever the gain. The numbers are stored in the file, so that a decoder can undo the
brightening and show the picture as it was shot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec._bitstream import TONE_FLOOR, TONE_KNEE
from llcodec.nets.blocks import luma
from llcodec.nets.constants import FADE_BRIGHT, FADE_DARK, THUMBNAIL_SIZE, UNDONE


@dataclass(frozen=True)
class ToneCurve:
    """Tone numbers of a batch: log gain B×3, log gamma B×3 (natural), matrix B×3×3."""

    log_gain: Tensor
    log_gamma: Tensor
    matrix: Tensor

    def to(self, device: torch.device) -> "ToneCurve":
        """Return the curve on another device."""
        gain, gamma = self.log_gain.to(device), self.log_gamma.to(device)
        return ToneCurve(gain, gamma, self.matrix.to(device))

    @classmethod
    def mean(cls, curves: Sequence["ToneCurve"]) -> "ToneCurve":
        """Return the curves whose numbers are the means of those of several."""
        names = ("log_gain", "log_gamma", "matrix")
        return cls(*(torch.stack([getattr(c, name) for c in curves]).mean(0) for name in names))

    def exposed(self, x: Tensor, places: Tensor | None = None) -> Tensor:
        """Return pictures B×3×H×W times the gain, which is the same in all places."""
        return x * _per_pixel(self.log_gain.exp())

    def apply(self, x: Tensor, places: Tensor | None = None) -> Tensor:
        """Return x_g, B×3×H×W, of pictures x, B×3×H×W in [0, 1]."""
        bright = self.exposed(x).clamp(min=TONE_FLOOR) ** _per_pixel(self.log_gamma.exp())
        return _mix(self.matrix, _shoulder(bright))

    def scaled(self, share: float | Tensor) -> "ToneCurve":
        """Interpolate between no change (``share`` 0) and this curve (1).

        A tensor holds a share for each picture, B.
        """
        shares = torch.as_tensor(share).to(self.log_gain).reshape(-1, 1)
        eye = torch.eye(3, dtype=self.matrix.dtype, device=self.matrix.device)
        return ToneCurve(
            self.log_gain * shares,
            self.log_gamma * shares,
            torch.lerp(eye.expand_as(self.matrix), self.matrix, shares[..., None]),
        )


def identity_curve(batch: int) -> ToneCurve:
    """Return a batch of curves that change nothing below the shoulder."""
    return ToneCurve(torch.zeros(batch, 3), torch.zeros(batch, 3), torch.eye(3).repeat(batch, 1, 1))


class Tone(Protocol):
    """What brightens a batch of pictures: :class:`ToneCurve`, or a local one."""

    def to(self, device: torch.device) -> Self:
        """Return the curve on another device."""

    def scaled(self, share: float | Tensor) -> Self:
        """Interpolate between no change (0) and this curve (1); a tensor B has shares of each."""

    def exposed(self, x: Tensor, places: Tensor | None = None) -> Tensor:
        """Return pictures, or crops that lie at ``places``, with their light scaled."""

    def apply(self, x: Tensor, places: Tensor | None = None) -> Tensor:
        """Return the brightened pictures."""


AnyTone = TypeVar("AnyTone", bound=Tone)


def apply_tone(x: Tensor, curve: Tone, places: Tensor | None = None) -> Tensor:
    """Return x_g, B×3×H×W, of pictures x, B×3×H×W in [0, 1].

    Args:
        x: whole pictures, or crops of them.
        curve: of each picture.
        places: where the pixels of crops lie in their pictures, B×H×W×2: (x, y) from −1 to 1, edge
            to edge. None for whole pictures.
    """
    return curve.apply(x, places)


def invert_tone(x_g: Tensor, curve: ToneCurve) -> Tensor:
    """Return the picture as shot, of which ``x_g`` is the brightened one.

    The inverse of :func:`apply_tone`, except near white, where an exact inverse would turn coding
    errors into spots of garish colour: above 0.6 of its height the shoulder is replaced by a
    straight line, so lamps come back dimmer than they were.
    """
    gain, gamma = (_per_pixel(v.exp()) for v in (curve.log_gain, curve.log_gamma))
    bright = _inverse_shoulder(_mix(torch.linalg.inv(curve.matrix), x_g))
    return bright.clamp(min=TONE_FLOOR) ** (1 / gamma) / gain


def fade_if_bright(curve: AnyTone, thumbnail: Tensor) -> AnyTone:
    """Return ``curve`` for dark pictures, and no change for those that are bright already.

    A tone network predicts the right brightness with an error of about 1/6. Where it predicts a
    gain in mean luma of less than exp(0.1) over the thumbnail, B×3×h×w in [0, 1], the picture is
    most likely bright enough and is left alone; from exp(0.4) on the whole curve is applied, and in
    between a share of it.
    """
    before, after = (
        luma(x).mean((-3, -2, -1)) + TONE_FLOOR for x in (thumbnail, apply_tone(thumbnail, curve))
    )
    share = ((after / before).log() - FADE_BRIGHT) / (FADE_DARK - FADE_BRIGHT)
    return curve.scaled(share.clamp(0, 1))


def adjust_brightness(x_g: Tensor, curve: ToneCurve, brightness: float) -> Tensor:
    """Return the picture at a brightness between as shot (0) and enhanced (1).

    In between, it is the weighted geometric mean of both.
    """
    if brightness == 1:
        return x_g
    shot = invert_tone(x_g, curve)
    if brightness == 0:
        return shot
    return shot.clamp(min=TONE_FLOOR) ** (1 - brightness) * x_g.clamp(min=TONE_FLOOR) ** brightness


def adjust_exposure(x_g: Tensor, curve: ToneCurve, stops: float) -> Tensor:
    """Return an enhanced picture with 2^stops times as much light.

    The light is scaled between the gain and the matrix of the tone curve, and below its shoulder:
    lamps keep their shape, and white stays white. Darkening scales all channels of a pixel alike,
    as undoing the shoulder of each would turn coding errors near white into spots of colour.

    Args:
        x_g: the enhanced picture, B×3×H×W, sRGB-encoded.
        curve: the tone curve that it was brightened with; :func:`identity_curve` for none.
        stops: 0 changes nothing, 1 doubles the light.
    """
    shouldered = _mix(torch.linalg.inv(curve.matrix), x_g).clamp(min=0)
    if stops >= 0:
        return _mix(curve.matrix, _exposed(shouldered, stops))
    grey = luma(shouldered).clamp(min=TONE_FLOOR)
    factor = decode_srgb(_exposed(grey, stops)) / decode_srgb(grey)
    return _mix(curve.matrix, encode_srgb(factor * decode_srgb(shouldered)))


def _exposed(shouldered: Tensor, stops: float) -> Tensor:
    """Return values, 0 or above, with their light scaled below the shoulder."""
    bright = _inverse_shoulder(shouldered)
    # What the shoulder's inverse leaves out near white, so that 0 stops change nothing there.
    rest = shouldered - _shoulder(bright)
    return _shoulder(encode_srgb(2.0**stops * decode_srgb(bright))) + rest


def brightening(curve: ToneCurve) -> float:
    """Return by how many stops a curve (a batch of one) brightens what becomes middle grey."""
    grey = torch.full((1, 3, 1, 1), 0.5, device=curve.log_gain.device)
    before = decode_srgb(invert_tone(grey, curve).clamp(min=TONE_FLOOR)).mean()
    return float((decode_srgb(grey).mean() / before).log2())


def decode_srgb(encoded: Tensor) -> Tensor:
    """Return the linear light of sRGB-encoded values (IEC 61966-2-1), 0 or above."""
    return torch.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def encode_srgb(light: Tensor) -> Tensor:
    """Return linear light, 0 or above, sRGB-encoded."""
    return torch.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def _per_pixel(v: Tensor) -> Tensor:
    return v[..., None, None]


def _mix(matrix: Tensor, x: Tensor) -> Tensor:
    return torch.einsum("bij,bjhw->bihw", matrix, x)


def _shoulder(v: Tensor) -> Tensor:
    """Compress values above 1 − knee smoothly towards 1, so that lamps keep their shape."""
    over = (v - (1 - TONE_KNEE)).clamp(min=0) / TONE_KNEE
    return torch.minimum(v, 1 - TONE_KNEE + TONE_KNEE * over / (1 + over))


def _inverse_shoulder(v: Tensor) -> Tensor:
    over = ((v - (1 - TONE_KNEE)) / TONE_KNEE).clamp(0, 1)
    curved = over.clamp(max=UNDONE)
    undone = curved / (1 - curved) + (over - curved) / (1 - UNDONE) ** 2
    return torch.where(over > 0, 1 - TONE_KNEE + TONE_KNEE * undone, v)


def thumbnail(x: Tensor) -> Tensor:
    """Return the picture B×3×H×W averaged down to B×3×100×150."""
    return F.interpolate(x, THUMBNAIL_SIZE, mode="area")
