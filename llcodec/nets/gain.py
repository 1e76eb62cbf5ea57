"""Gain units: one model for every rate (Cui et al., CVPR 2021)."""

import math

import torch
from torch import Tensor, nn

from llcodec._bitstream import MIN_QUALITY, QUALITY_LEVELS


class GainUnits(nn.Module):
    """A gain per latent channel and quality, interpolated exponentially between qualities.

    ``log_gain`` and ``log_inverse`` are 8×M natural logarithms. The encoder multiplies latents
    by the gain before rounding (a larger gain is a finer step), the decoder by the inverse.
    """

    def __init__(self, latents: int) -> None:
        super().__init__()
        self.log_gain = nn.Parameter(torch.zeros(QUALITY_LEVELS, latents))
        self.log_inverse = nn.Parameter(torch.zeros(QUALITY_LEVELS, latents))

    @torch.no_grad()
    def init_from_lambdas(self, lambdas: tuple[float, ...]) -> None:
        """Set the gains to the quantisation steps of high-rate theory for bpp + λ·255²·MSE.

        With a step Δ the error is Δ²/12 and each of the three samples of a pixel costs
        −log2 Δ bits, so the sum is least at Δ² = 18 / (ln 2 · λ · 255²).
        """
        for row, lam in enumerate(lambdas):
            gain = math.sqrt(lam * 255**2 * math.log(2) / 18)
            self.log_gain[row] = math.log(gain)
            self.log_inverse[row] = -math.log(gain)

    @torch.no_grad()
    def move_to_lambdas(self, before: tuple[float, ...], after: tuple[float, ...]) -> None:
        """Move the gains from the values of λ that they were trained with to others.

        Logarithms of gains are interpolated, and extrapolated, linearly in log λ.
        """
        trained = torch.tensor(before).log()
        wanted = torch.tensor(after).log()
        low = (torch.searchsorted(trained, wanted) - 1).clamp(0, len(before) - 2)
        share = ((wanted - trained[low]) / (trained[low + 1] - trained[low])).unsqueeze(1)
        for table in (self.log_gain, self.log_inverse):
            table.copy_(table[low] * (1 - share) + table[low + 1] * share)

    def interpolate(self, table: Tensor, quality: Tensor) -> Tensor:
        """Return B×M rows of an 8×M ``table`` at the real qualities B in [1, 8]."""
        position = (quality - MIN_QUALITY).clamp(0, QUALITY_LEVELS - 1)
        low = position.floor().clamp(max=QUALITY_LEVELS - 2).long()
        share = (position - low).unsqueeze(1)
        return table[low] * (1 - share) + table[low + 1] * share

    def log_gains(self, quality: Tensor) -> Tensor:
        """Return the log gains B×M×1×1 at the real qualities B."""
        return self.interpolate(self.log_gain, quality)[..., None, None]

    def inverse_gains(self, quality: Tensor) -> Tensor:
        """Return the inverse gains B×M×1×1 at the real qualities B."""
        return self.interpolate(self.log_inverse, quality).exp()[..., None, None]
