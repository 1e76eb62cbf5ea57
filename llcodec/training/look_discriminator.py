"""The discriminator of a look: a PatchGAN with spectral normalisation.

It is not that of NeRCo, which normalises instances: that takes away the amount of fine texture,
which is what pictures lack.
"""

from typing import Final

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

PLANES: Final = 6
"""Of the input: a picture, and the one that the codec decodes without a look."""

_SLOPE = 0.2


class LookDiscriminator(nn.Module):
    """Score patches of 70×70 pixels: B×6×H×W in [−1, 1] → B×1×(H/8 − 2)×(W/8 − 2).

    The score is 1 if a patch seems real and 0 if it seems generated (LSGAN). The weight matrices of
    all layers have a largest singular value of 1 (Miyato et al., "Spectral Normalization for
    Generative Adversarial Networks", ICLR 2018). ``width`` is the number of channels of the first
    layer.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = PLANES
        for factor, stride in ((1, 2), (2, 2), (4, 2), (8, 1)):
            layers += [_layer(channels, factor * width, stride), nn.LeakyReLU(_SLOPE)]
            channels = factor * width
        self.layers = nn.Sequential(*layers, _layer(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return the score of each patch."""
        out: Tensor = self.layers(x)
        return out


def _layer(channels: int, out: int, stride: int) -> nn.Module:
    return spectral_norm(nn.Conv2d(channels, out, 4, stride, 1))
