"""SMG: Xu, Wang and Lu, "Low-Light Image Enhancement via Structure Modeling and Guidance".

CVPR 2023. The complete enhancer: appearance, structure map, and the corrected appearance.
"""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from llcodec._bitstream import LUMA_WEIGHTS
from llcodec.smg.structure import SIDE, StructureMap
from llcodec.smg.unets import AppearanceNet, GuidedNet

MULTIPLE = 4
"""The sides of input pictures must be multiples of this."""

PARTS = {
    "state_dict": "structure",
    "state_dict_refine": "appearance",
    "state_dict_refine2": "guided",
}
"""The parts of a released checkpoint, and the networks whose weights they are."""


class Smg(nn.Module):
    """The network of the released checkpoints.

    The authors trained and tested it with pictures that were resized to 512×512. The structure map
    needs this size: it is computed from a resized copy of the picture, and resized to the size of
    the picture (our choice; at 512×512 the computation is that of the released code). The two
    U-Nets work at the size of the picture.
    """

    def __init__(self) -> None:
        super().__init__()
        self.structure, self.appearance, self.guided = StructureMap(), AppearanceNet(), GuidedNet()

    @classmethod
    def from_checkpoint(cls, checkpoint: Mapping[str, Any]) -> "Smg":
        """Return the network of a released checkpoint.

        Raises LookupError or RuntimeError if the checkpoint is that of another network.
        """
        network = cls()
        for key, name in PARTS.items():
            network.get_submodule(name).load_state_dict(checkpoint[key])
        return network.eval()

    def forward(self, x: Tensor) -> Tensor:
        """Return the bright picture, N×3×H×W in [0, 1], of a dark one."""
        appearance: Tensor = (x + self.appearance(x)).clamp(0, 1)
        structure = self.structure_of(x)
        made: Tensor = appearance + self.guided(torch.cat((appearance, x), 1), structure)
        return made.clamp(0, 1)

    def structure_of(self, x: Tensor) -> Tensor:
        """Return the structure map, N×1×H×W in [0, 1], of N×3×H×W."""
        size = x.shape[2:]
        small = _resized(x, (SIDE, SIDE))
        grey = (small * small.new_tensor(LUMA_WEIGHTS)[:, None, None]).sum(1, keepdim=True)
        return _resized(self.structure(grey), (size[0], size[1]))


def _resized(x: Tensor, size: tuple[int, int]) -> Tensor:
    if tuple(x.shape[2:]) == size:
        return x
    return F.interpolate(x, size, mode="bilinear", antialias=True)
