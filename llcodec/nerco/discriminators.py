"""The appearance-based discriminators of TAD, each with a colour and an edge path (section 3.3)."""

from torch import Tensor, nn
from torch.nn import functional as F

from llcodec.nerco.edges import edges
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.resnet import gaussian_start
from llcodec.nerco.switches import NercoSwitches

_SLOPE = 0.2


class PatchDiscriminator(nn.Module):
    """PatchGAN of 70×70 pixels: B×3×H×W in [−1, 1] → scores B×1×(H/8 − 2)×(W/8 − 2).

    The score of a patch is 1 if it seems real and 0 if it seems generated (LSGAN).
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(_SLOPE)]
        for factor, stride in ((1, 2), (2, 2), (4, 1)):
            a, b = factor * width, 2 * factor * width
            layers += [nn.Conv2d(a, b, 4, stride, 1), nn.InstanceNorm2d(b), nn.LeakyReLU(_SLOPE)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(8 * width, 1, 4, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return the score of each patch."""
        out: Tensor = self.layers(x)
        return out


class TwoPathDiscriminator(nn.Module):
    """D_H or D_L: a network for pictures and, with an edge path, another one for their edges.

    The input of both is averaged down by the factor ``reduction``.
    """

    def __init__(self, width: int, edge_path: bool, reduction: int = 1) -> None:
        super().__init__()
        self.reduction = reduction
        self.colour = PatchDiscriminator(width)
        self.edge = PatchDiscriminator(width) if edge_path else None

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the colour path for pictures B×3×H×W in [−1, 1]."""
        out: Tensor = self.colour(F.avg_pool2d(x, self.reduction))
        return out

    def of_edges(self, x: Tensor) -> Tensor | None:
        """Return the scores of the edge path for the edge maps of pictures in [−1, 1]."""
        return None if self.edge is None else self.edge(edges(F.avg_pool2d(x, self.reduction)))


class Discriminators(nn.Module):
    """D_H, which discriminates real from generated bright pictures, and D_L for dark pictures.

    ``switches`` can leave out the edge path.
    """

    def __init__(self, preset: NercoPreset, switches: NercoSwitches | None = None) -> None:
        super().__init__()
        width, reduction = preset.discriminator_width, preset.discriminator_reduction
        edge_path = (switches or NercoSwitches()).edges
        self.d_h = TwoPathDiscriminator(width, edge_path, reduction)
        self.d_l = TwoPathDiscriminator(width, edge_path, reduction)
        gaussian_start(self)
