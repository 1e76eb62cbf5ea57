"""Networks that predict tone curves from thumbnails of whole pictures."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llcodec._bitstream import TONE_COUNT, TONE_GRID_COLUMNS, TONE_GRID_ROWS
from llcodec.nets.blocks import conv3x3, leaky_relu, luma, zero_init
from llcodec.nets.constants import (
    KNEE_START,
    LEAST_KNEE,
    MOST_EXPOSURE,
    MOST_KNEE,
    MOST_TOE,
    TOE_START,
    TONE_WIDTH,
)
from llcodec.nets.local_tone import LocalToneCurve
from llcodec.nets.tone import ToneCurve

_TOES, _KNEE = slice(TONE_COUNT, TONE_COUNT + 3), slice(TONE_COUNT + 3, TONE_COUNT + 4)


class ThumbnailNetwork(nn.Module):
    """Predicts numbers from the thumbnail of a picture.

    The thumbnail is first normalised to a mean luma of 0.4, and an untrained network predicts
    zeros.
    """

    def __init__(self, outputs: int, width: int = TONE_WIDTH) -> None:
        super().__init__()
        channels = (8, width, width, 2 * width, 2 * width)
        self.features = nn.Sequential(
            *(
                layer
                for a, b in pairwise(channels)
                for layer in (conv3x3(a, b, stride=2), leaky_relu())
            )
        )
        last = zero_init(nn.Linear(2 * width, outputs))
        self.head = nn.Sequential(nn.Linear(4 * width + 1, 2 * width), leaky_relu(), last)

    def look_at(self, thumbnail: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return features B×C×7×10, outputs B×N, and the log gains B×1 that normalise.

        Args:
            thumbnail: B×3×100×150 in [0, 1] (or of a similar size).
        """
        grey = luma(thumbnail)
        mean = grey.mean((-2, -1), keepdim=True) + 1e-3
        normal = thumbnail * (0.4 / mean)
        planes = (normal.clamp(max=4), normal.sqrt().clamp(max=2), (grey + 1e-3).log() / 4)
        spread = (normal > 1.5).to(thumbnail.dtype).mean(1, keepdim=True)
        features = self.features(torch.cat((*planes, spread), 1))
        pooled = torch.cat((features.mean((-2, -1)), features.amax((-2, -1))), 1)
        out = self.head(torch.cat((pooled, mean.flatten(1).log() / 4), 1))
        return features, out, (0.4 / mean).log().flatten(1)


def curve_of(out: Tensor, log_gain: Tensor) -> ToneCurve:
    """Return the curves that 15 outputs of a network stand for.

    Args:
        out: B×15, 0 for the gains that normalise.
        log_gain: the log gains B×1 that normalise.
    """
    eye = torch.eye(3, device=out.device, dtype=out.dtype)
    return ToneCurve(
        log_gain=log_gain + out[:, 0:3].clamp(-3, 3),
        log_gamma=out[:, 3:6].clamp(-1.5, 1.5),
        matrix=eye + 0.5 * torch.tanh(out[:, 6:15]).view(-1, 3, 3),
    )


class ToneNetwork(ThumbnailNetwork):
    """Predicts the tone curve of a picture from its thumbnail.

    An untrained network predicts the gain that normalises. So it only learns what this simple rule
    gets wrong.
    """

    def __init__(self) -> None:
        super().__init__(TONE_COUNT)

    def forward(self, thumbnail: Tensor) -> ToneCurve:
        """Return the curves for thumbnails B×3×100×150 in [0, 1] (or of a similar size)."""
        _, out, log_gain = self.look_at(thumbnail)
        return curve_of(out, log_gain)


class LocalToneNetwork(ThumbnailNetwork):
    """Predicts the local tone curve of a picture from its thumbnail."""

    def __init__(self) -> None:
        super().__init__(_KNEE.stop)
        self.grid = zero_init(nn.Conv2d(4 * TONE_WIDTH, 1, 1))

    def forward(self, thumbnail: Tensor) -> LocalToneCurve:
        """Return the curves for thumbnails B×3×100×150 in [0, 1] (or of a similar size)."""
        features, out, log_gain = self.look_at(thumbnail)
        return LocalToneCurve(
            curve_of(out, log_gain),
            toe=MOST_TOE * torch.sigmoid(out[:, _TOES] + TOE_START),
            knee=LEAST_KNEE + (MOST_KNEE - LEAST_KNEE) * torch.sigmoid(out[:, _KNEE] + KNEE_START),
            grid=self._exposures(features),
        )

    def _exposures(self, features: Tensor) -> Tensor:
        """Return log exposures with a mean of 0: the gain is the exposure of the whole."""
        cells = F.adaptive_avg_pool2d(features, (TONE_GRID_ROWS, TONE_GRID_COLUMNS))
        whole = cells.mean((-2, -1), keepdim=True).expand_as(cells)
        grid = MOST_EXPOSURE * torch.tanh(self.grid(torch.cat((cells, whole), 1)))
        centred: Tensor = grid - grid.mean((-2, -1), keepdim=True)
        return centred


class ToneEnsemble(nn.Module):
    """An ensemble of tone networks, trained independently: the mean of their curves.

    Each predicts the brightness with errors of its own, some of which cancel.
    """

    def __init__(self, members: int) -> None:
        super().__init__()
        self.members = nn.ModuleList(ToneNetwork() for _ in range(members))

    def forward(self, thumbnail: Tensor) -> ToneCurve:
        """Return the curve for thumbnails B×3×100×150 in [0, 1]."""
        return ToneCurve.mean([member(thumbnail) for member in self.members])


class LocalToneEnsemble(nn.Module):
    """An ensemble of local tone networks, trained independently: the mean of their curves."""

    def __init__(self, members: int) -> None:
        super().__init__()
        self.members = nn.ModuleList(LocalToneNetwork() for _ in range(members))

    def forward(self, thumbnail: Tensor) -> LocalToneCurve:
        """Return the curve for thumbnails B×3×100×150 in [0, 1]."""
        return LocalToneCurve.mean([member(thumbnail) for member in self.members])


ToneMember = ToneNetwork | LocalToneNetwork
TonePredictor = ToneMember | ToneEnsemble | LocalToneEnsemble


def build_tone_network(members: int, *, local: bool = False) -> TonePredictor:
    """Return a tone network, or an ensemble if there are several ``members``.

    Args:
        members: at least 1.
        local: whether it predicts local tone curves.

    Raises:
        ValueError: when there are none.
    """
    if members < 1:
        raise ValueError(f"an ensemble of {members} tone networks")
    if members == 1:
        return LocalToneNetwork() if local else ToneNetwork()
    return LocalToneEnsemble(members) if local else ToneEnsemble(members)
