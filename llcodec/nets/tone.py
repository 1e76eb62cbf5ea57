"""The global tone curve of a picture: 15 numbers that brighten it, and their inverse.

x_g = M · shoulder((gain · x)^gamma) for each pixel, with a gain and a gamma per channel and one 3×3
colour matrix M. The shoulder comes before M, so that lamps turn white and not a garish colour, and
x_g is bounded whatever the gain. The numbers are stored in the file, so that a decoder can undo the
brightening and show the picture as it was shot.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llcodec._bitstream import TONE_COUNT, TONE_FLOOR, TONE_KNEE
from llcodec.nets.blocks import conv3x3, leaky_relu, luma
from llcodec.nets.constants import FADE_BRIGHT, FADE_DARK, THUMBNAIL_SIZE, TONE_WIDTH

_UNDONE = 0.6  # share of the shoulder's height that is undone exactly


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


def apply_tone(x: Tensor, curve: ToneCurve) -> Tensor:
    """Return x_g, B×3×H×W, of the picture x, B×3×H×W in [0, 1]."""
    gain, gamma = (_per_pixel(v.exp()) for v in (curve.log_gain, curve.log_gamma))
    bright = (gain * x).clamp(min=TONE_FLOOR) ** gamma
    return _mix(curve.matrix, _shoulder(bright))


def invert_tone(x_g: Tensor, curve: ToneCurve) -> Tensor:
    """Return the picture as shot, of which ``x_g`` is the brightened one.

    The inverse of :func:`apply_tone`, except near white, where an exact inverse would turn coding
    errors into spots of garish colour: above 0.6 of its height the shoulder is replaced by a
    straight line, so lamps come back dimmer than they were.
    """
    gain, gamma = (_per_pixel(v.exp()) for v in (curve.log_gain, curve.log_gamma))
    bright = _inverse_shoulder(_mix(torch.linalg.inv(curve.matrix), x_g))
    return bright.clamp(min=TONE_FLOOR) ** (1 / gamma) / gain


def fade_if_bright(curve: ToneCurve, thumbnail: Tensor) -> ToneCurve:
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
    curved = over.clamp(max=_UNDONE)
    undone = curved / (1 - curved) + (over - curved) / (1 - _UNDONE) ** 2
    return torch.where(over > 0, 1 - TONE_KNEE + TONE_KNEE * undone, v)


class ToneNetwork(nn.Module):
    """Predicts the tone curve of a picture from its thumbnail.

    The thumbnail is first normalised to a mean luma of 0.4, and an untrained network predicts that
    gain. So the network only learns what this simple rule gets wrong.
    """

    def __init__(self, width: int = TONE_WIDTH) -> None:
        super().__init__()
        channels = (8, width, width, 2 * width, 2 * width)
        self.features = nn.Sequential(
            *(
                layer
                for a, b in pairwise(channels)
                for layer in (conv3x3(a, b, stride=2), leaky_relu())
            )
        )
        last = nn.Linear(2 * width, TONE_COUNT)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.head = nn.Sequential(nn.Linear(4 * width + 1, 2 * width), leaky_relu(), last)

    def forward(self, thumbnail: Tensor) -> ToneCurve:
        """Return the curves for thumbnails B×3×100×150 in [0, 1] (or of a similar size)."""
        grey = luma(thumbnail)
        mean = grey.mean((-2, -1), keepdim=True) + 1e-3
        normal = thumbnail * (0.4 / mean)
        planes = (normal.clamp(max=4), normal.sqrt().clamp(max=2), (grey + 1e-3).log() / 4)
        spread = (normal > 1.5).to(thumbnail.dtype).mean(1, keepdim=True)
        features = self.features(torch.cat((*planes, spread), 1))
        pooled = torch.cat((features.mean((-2, -1)), features.amax((-2, -1))), 1)
        out = self.head(torch.cat((pooled, mean.flatten(1).log() / 4), 1))
        eye = torch.eye(3, device=out.device, dtype=out.dtype)
        return ToneCurve(
            log_gain=(0.4 / mean).log().flatten(1) + out[:, 0:3].clamp(-3, 3),
            log_gamma=out[:, 3:6].clamp(-1.5, 1.5),
            matrix=eye + 0.5 * torch.tanh(out[:, 6:15]).view(-1, 3, 3),
        )


class ToneEnsemble(nn.Module):
    """An ensemble of tone networks, trained independently: the mean of their curves.

    Each predicts the brightness with errors of its own, some of which cancel.
    """

    def __init__(self, members: int) -> None:
        super().__init__()
        self.members = nn.ModuleList(ToneNetwork() for _ in range(members))

    def forward(self, thumbnail: Tensor) -> ToneCurve:
        """Return the curve for thumbnails B×3×100×150 in [0, 1]."""
        curves = [member(thumbnail) for member in self.members]
        return ToneCurve(
            log_gain=torch.stack([curve.log_gain for curve in curves]).mean(0),
            log_gamma=torch.stack([curve.log_gamma for curve in curves]).mean(0),
            matrix=torch.stack([curve.matrix for curve in curves]).mean(0),
        )


def build_tone_network(members: int) -> ToneNetwork | ToneEnsemble:
    """Return a tone network, or an ensemble if there are several ``members``.

    Raises:
        ValueError: when there are none.
    """
    if members < 1:
        raise ValueError(f"an ensemble of {members} tone networks")
    return ToneNetwork() if members == 1 else ToneEnsemble(members)


def thumbnail(x: Tensor) -> Tensor:
    """Return the picture B×3×H×W averaged down to B×3×100×150."""
    return F.interpolate(x, THUMBNAIL_SIZE, mode="area")
