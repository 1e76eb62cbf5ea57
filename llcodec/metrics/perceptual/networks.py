"""LPIPS and DISTS of torchmetrics, with features that are already loaded.

The classes of torchmetrics download complete networks of torchvision, so that only its layers, its
arithmetic and the weights that it ships are used here. Call
:func:`~llcodec.metrics.perceptual.library.import_library` before importing this module.
"""

import re
from typing import Literal

import torch
from torch import Tensor, nn
from torchmetrics.functional.image.dists import _PATH_WEIGHT_DISTS, DISTSNetwork, L2pooling
from torchmetrics.functional.image.lpips import _NoTrainLpips

_SLICE = re.compile(r"slices?\.?\d+\.")
_POOLED = {4: 64, 9: 128, 16: 256, 23: 512}  # channels of the input of each pooling of VGG16
_LAST, _LAST_CHANNELS = 30, 512  # the pooling after the last map, which is not used


class Lpips(nn.Module):
    """LPIPS 0.1 on AlexNet or SqueezeNet, with the linear layers of Zhang et al. (CVPR 2018).

    R. Zhang, P. Isola, A. A. Efros, E. Shechtman and O. Wang, "The Unreasonable Effectiveness of
    Deep Features as a Perceptual Metric". ``features`` are those of the ``backbone``.
    """

    def __init__(self, backbone: Literal["alex", "squeeze"], features: nn.Sequential) -> None:
        super().__init__()
        with torch.random.fork_rng([]):  # does not change the caller's random numbers
            self.network = _NoTrainLpips(net=backbone, pnet_rand=True)
        state = features.state_dict()
        # Its slices keep the numbers of the layers: slice2.3.weight, slices.1.3.squeeze.weight.
        names = self.network.net.state_dict()
        self.network.net.load_state_dict({name: state[_SLICE.sub("", name)] for name in names})

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the distances of pictures, B×3×H×W each, from 0 to 1, as B×1×1×1."""
        distance: Tensor = self.network(x, y, normalize=True)
        return distance


class Dists(DISTSNetwork):
    """DISTS on VGG16, with the weights of Ding et al. (TPAMI 2020).

    K. Ding, K. Ma, S. Wang and E. P. Simoncelli, "Image Quality Assessment: Unifying Structure and
    Texture Similarity". ``features`` are those of VGG16; smooth poolings replace theirs.
    """

    def __init__(self, features: nn.Sequential) -> None:
        nn.Module.__init__(self)  # not that of the parent, which downloads VGG16
        starts = (0, *_POOLED)
        for number, (start, end) in enumerate(zip(starts, (*_POOLED, _LAST), strict=True), 1):
            stage = nn.Sequential()
            for place in range(start, end):
                pooled = _POOLED.get(place)
                layer = L2pooling(channels=pooled) if pooled else features[place]
                stage.add_module(str(place), layer)
            self.add_module(f"stage{number}", stage)
        self.register_buffer("mean", torch.tensor((0.485, 0.456, 0.406)).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor((0.229, 0.224, 0.225)).view(1, 3, 1, 1))
        self.chns = [3, *_POOLED.values(), _LAST_CHANNELS]  # of all maps that are compared
        shipped = torch.load(_PATH_WEIGHT_DISTS, map_location="cpu", weights_only=True)
        self.alpha, self.beta = (nn.Parameter(shipped[n], False) for n in ("alpha", "beta"))
