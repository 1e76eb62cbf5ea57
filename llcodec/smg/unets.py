"""The two U-Nets of SMG: appearance, and its correction, guided by the structure map.

Xu, Wang and Lu, "Low-Light Image Enhancement via Structure Modeling and Guidance", CVPR 2023,
Sections 3.3 and 3.4. Sizes of layers that the paper leaves open, and all names, are those of the
released code (xiaogang00/SMG-LLIE, 5dba3df), so that its checkpoints load.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_SLOPE = 0.1
_KERNEL = 3  # side of the kernels that are predicted from the structure map for each position
_HIDDEN = 128  # channels between the structure map and the scale and shift of a normalisation


class _Residual(nn.Module):
    """Two convolutions with reflection padding and a residual connection."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_block = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            nn.ReLU(),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
        )

    def forward(self, x: Tensor) -> Tensor:
        added: Tensor = x + self.conv_block(x)
        return added


class UNet(nn.Module):
    """A U-Net with three sizes; the sides of its input must be multiples of four.

    Args:
        inside: channels of the input.
        channels: at full size; twice and four times as many at the others.
    """

    def __init__(self, inside: int, channels: int) -> None:
        super().__init__()
        self.model1 = nn.Sequential(nn.Conv2d(inside, channels, 3, padding=1), nn.ReLU())
        self.model2 = _halve(channels)
        self.model3 = _halve(2 * channels)
        self.model4 = nn.Sequential(_Residual(4 * channels))

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the features at full, half and a quarter of the size."""
        fine = self.model1(x)
        middle = self.model2(fine)
        coarse = self.model3(middle)
        return fine, middle, torch.cat((self.model4(coarse), coarse), 1)


class AppearanceNet(UNet):
    """The difference that is added to a dark picture: N×3×H×W of N×3×H×W in [0, 1]."""

    CHANNELS = 32

    def __init__(self) -> None:
        channels = self.CHANNELS
        super().__init__(3, channels)
        self.model5 = nn.Sequential(_double(8 * channels, 2 * channels))
        self.model6 = nn.Sequential(_double(4 * channels, channels))
        self.model7 = _last(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return the difference."""
        fine, middle, coarse = self.encode(x)
        x = torch.cat((F.pixel_shuffle(self.model5(coarse), 2).relu(), middle), 1)
        x = torch.cat((F.pixel_shuffle(self.model6(x), 2).relu(), fine), 1)
        made: Tensor = self.model7(x)
        return made


class GuidedNet(UNet):
    """The difference for the appearance: N×3×H×W of N×6×H×W and the structure map N×1×H×W.

    At half and at full size, the map determines a kernel for each position and channel, and a scale
    and a shift after normalisation (Section 3.4: structure-guided feature synthesis).
    """

    CHANNELS = 16

    def __init__(self) -> None:
        channels = self.CHANNELS
        super().__init__(6, channels)
        self.deconv1 = _double(8 * channels, 2 * channels)
        self.deconv11 = nn.Conv2d(2 * channels, 2 * channels, 3, padding=1)
        self.conv1_1 = _step(1, 2 * channels)
        self.fac_deblur1 = _kernels(2 * channels)
        self.norm1 = GuidedNorm(2 * channels)
        self.deconv2 = _double(4 * channels, channels)
        self.deconv22 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2_1 = _step(1, channels)
        self.fac_deblur2 = _kernels(channels)
        self.norm2 = GuidedNorm(channels)
        self.model_tail = _last(channels)

    def forward(self, x: Tensor, structure: Tensor) -> Tensor:
        """Return the difference."""
        fine, middle, coarse = self.encode(x)
        x = F.pixel_shuffle(self.deconv1(coarse), 2).relu()
        kernels = self.fac_deblur1(self.conv1_1(F.interpolate(structure, x.shape[2:])))
        x = x + self.deconv11(self.norm1(filtered(x, kernels), structure)).relu()
        x = F.pixel_shuffle(self.deconv2(torch.cat((x, middle), 1)), 2).relu()
        kernels = self.fac_deblur2(self.conv2_1(F.interpolate(structure, x.shape[2:])))
        x = x + self.deconv22(self.norm2(filtered(x, kernels), structure)).relu()
        made: Tensor = self.model_tail(torch.cat((x, fine), 1))
        return made


class GuidedNorm(nn.Module):
    """Instance normalisation with scale and shift from the structure map (SPADE, CVPR 2019)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.param_free_norm = nn.InstanceNorm2d(channels)
        self.mlp_shared = nn.Sequential(nn.Conv2d(1, _HIDDEN, 3, padding=1), nn.ReLU())
        self.mlp_gamma = nn.Conv2d(_HIDDEN, channels, 3, padding=1)
        self.mlp_beta = nn.Conv2d(_HIDDEN, channels, 3, padding=1)

    def forward(self, x: Tensor, structure: Tensor) -> Tensor:
        """Return N×C×H×W of the same and N×1×H'×W'."""
        hidden = self.mlp_shared(F.interpolate(structure, x.shape[2:]))
        scale, shift = 1 + self.mlp_gamma(hidden), self.mlp_beta(hidden)
        made: Tensor = self.param_free_norm(x) * scale + shift
        return made


def filtered(x: Tensor, kernels: Tensor) -> Tensor:
    """Return N×C×H×W, each position and channel filtered by its own 3×3 kernel of N×9C×H×W.

    Borders are replicated.
    """
    height, width = x.shape[2:]
    around = F.pad(x, (_KERNEL // 2,) * 4, "replicate")
    weights = kernels.reshape(len(x), x.shape[1], _KERNEL**2, height, width)
    made = torch.zeros_like(x)
    for place in range(_KERNEL**2):
        down, right = divmod(place, _KERNEL)
        made = (
            made + weights[:, :, place] * around[:, :, down : down + height, right : right + width]
        )
    return made


def _halve(channels: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, 2 * channels, 3, 2, 1), nn.ReLU())


def _double(inside: int, outside: int) -> nn.Conv2d:
    return nn.Conv2d(inside, 4 * outside, 3, padding=1)


def _last(channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(2 * channels, channels, 3, padding=1), nn.ReLU(), nn.Conv2d(channels, 3, 1)
    )


def _step(inside: int, outside: int, side: int = 3) -> nn.Sequential:
    convolution = nn.Conv2d(inside, outside, side, padding=side // 2)
    return nn.Sequential(convolution, nn.LeakyReLU(_SLOPE))


class _Stem(nn.Module):
    """Two convolutions with a residual connection."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        second = nn.Conv2d(channels, channels, 3, padding=1)
        self.stem = nn.Sequential(*_step(channels, channels), second)

    def forward(self, x: Tensor) -> Tensor:
        added: Tensor = x + self.stem(x)
        return added


def _kernels(channels: int) -> nn.Sequential:
    """Return the network that predicts a kernel for each position and channel."""
    return nn.Sequential(
        _step(channels, channels), _Stem(channels), _step(channels, channels * _KERNEL**2, 1)
    )
