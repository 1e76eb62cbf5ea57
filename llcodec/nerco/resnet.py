"""The ResNet of Johnson et al. with instance normalisation, as CycleGAN and NeRCo use it."""

from torch import Tensor, nn

_START_DEVIATION = 0.02


class ResnetBlock(nn.Module):
    """(reflect pad, conv3×3, InstanceNorm) twice with ReLU between, plus identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
            nn.ReLU(),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return x + layers(x), B×C×H×W with H and W at least 2."""
        out: Tensor = x + self.layers(x)
        return out


def stem(in_channels: int, width: int) -> list[nn.Module]:
    """Return the layers B×P×H×W → B×width×H×W, with a 7×7 kernel."""
    return [nn.ReflectionPad2d(3), *_normed(nn.Conv2d(in_channels, width, 7), width)]


def resnet_trunk(in_channels: int, width: int, blocks: int) -> nn.Sequential:
    """Return B×P×H×W → B×width×H×W: residual blocks at a quarter of the size."""
    double, deep = 2 * width, 4 * width
    return nn.Sequential(
        *stem(in_channels, width),
        *_normed(nn.Conv2d(width, double, 3, 2, 1), double),
        *_normed(nn.Conv2d(double, deep, 3, 2, 1), deep),
        *(ResnetBlock(deep) for _ in range(blocks)),
        *_normed(nn.ConvTranspose2d(deep, double, 3, 2, 1, output_padding=1), double),
        *_normed(nn.ConvTranspose2d(double, width, 3, 2, 1, output_padding=1), width),
    )


class ResnetGenerator(nn.Module):
    """Planes B×P×H×W → pictures B×3×H×W in (−1, 1)."""

    def __init__(self, planes: int, width: int, blocks: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            resnet_trunk(planes, width, blocks),
            nn.ReflectionPad2d(3),
            nn.Conv2d(width, 3, 7),
            nn.Tanh(),
        )

    def forward(self, planes: Tensor) -> Tensor:
        """Return the generated pictures; H and W are multiples of 4, and at least 8."""
        out: Tensor = self.layers(planes)
        return out


def gaussian_start(network: nn.Module) -> None:
    """Draw all weights of ``network`` from N(0, 0.02²) and set its biases to zero."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(module.weight, std=_START_DEVIATION)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _normed(conv: nn.Module, channels: int) -> list[nn.Module]:
    return [conv, nn.InstanceNorm2d(channels), nn.ReLU()]
