"""Feature adaptation f_a: the SNR-aware branch steers the codec's features."""

from torch import Tensor, nn

from llcodec.nets.blocks import conv3x3, leaky_relu, zero_init
from llcodec.nets.constants import ADAPTATION_GAIN


class FeatureAdaptation(nn.Module):
    """y = y′·(1 + γ(s)) + β(s) (Joint-IC-LL, Fig. 3), starting as the identity.

    On latents this is a learned Wiener filter: γ in (−1, 0) attenuates what is mostly noise.

    Args:
        condition: K, the channels of s.
        hidden: the channels of the layer between.
        channels: C, the channels of y.
        scale: False leaves only β, as in the authors' released network.
        bounded: keep 1 + γ within (0, 2), so that outliers cannot blow up the latents.
    """

    def __init__(
        self,
        condition: int,
        hidden: int,
        channels: int,
        *,
        scale: bool = True,
        bounded: bool = False,
    ) -> None:
        super().__init__()
        self.scale, self.bounded = scale, bounded
        self.hidden = nn.Sequential(conv3x3(condition, hidden), leaky_relu())
        self.out = zero_init(conv3x3(hidden, channels * (2 if scale else 1)))

    def forward(self, y: Tensor, s: Tensor) -> Tensor:
        """Return the adapted features; y is B×C×H×W and s is B×K×H×W."""
        out: Tensor = self.out(self.hidden(s)).to(y.dtype)
        if not self.scale:
            return y + out
        gamma, beta = out.chunk(2, 1)
        if self.bounded:
            gamma = (ADAPTATION_GAIN * gamma).tanh()
        return y * (1 + gamma) + beta
