"""How a CLIP model sees a picture: its size and normalisation, differentiable.

The same as the transform that open_clip makes for evaluation, but for tensors and with gradients:
open_clip's own goes through 8-bit PIL pictures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor
from torch.nn import functional as F

from llcodec.errors import InputError

Resize = Literal["shortest", "squash"]
Interpolation = Literal["bicubic", "bilinear"]
Channels = tuple[float, float, float]


@dataclass(frozen=True)
class GuideView:
    """A model's input: height and width, then mean and standard deviation of R, G and B.

    ``shortest`` fits the shorter side and cuts the middle out; ``squash`` takes the whole
    picture, whatever that does to its proportions.
    """

    size: tuple[int, int]
    mean: Channels
    std: Channels
    interpolation: Interpolation = "bicubic"
    resize: Resize = "shortest"

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "GuideView":
        """Return the view that open_clip's preprocessing config of a model states.

        Raises InputError for ways of resizing that are not known here.
        """
        size = config["size"]
        height, width = (size, size) if isinstance(size, int) else size
        interpolation, resize = config["interpolation"], config["resize_mode"]
        if interpolation not in ("bicubic", "bilinear") or resize not in ("shortest", "squash"):
            raise InputError(f"the text guide resizes by {interpolation}, {resize}: not supported")
        mean, std = tuple(map(float, config["mean"])), tuple(map(float, config["std"]))
        if len(mean) != 3 or len(std) != 3 or min(std) <= 0:
            raise InputError("the text guide needs a mean and a deviation of R, G and B")
        return cls((int(height), int(width)), mean, std, interpolation, resize)

    def __call__(self, images: Tensor) -> Tensor:
        """Return B×3×H×W in [0, 1] as the model's input, B×3×size."""
        resized = F.interpolate(
            images, self._fitted(*images.shape[-2:]), mode=self.interpolation, antialias=True
        )
        height, width = self.size
        top, left = (
            round((side - wanted) / 2)
            for side, wanted in zip(resized.shape[-2:], self.size, strict=True)
        )
        middle = resized[..., top : top + height, left : left + width].clamp(0, 1)
        mean, std = (images.new_tensor(v).view(3, 1, 1) for v in (self.mean, self.std))
        return (middle - mean) / std

    def _fitted(self, height: int, width: int) -> tuple[int, int]:
        """Return the size to resize a picture to, before its middle is cut out."""
        rows, columns = self.size
        if self.resize == "squash":
            return rows, columns
        if rows == columns:  # torchvision's Resize, which rounds down
            if height <= width:
                return rows, int(rows * width / height)
            return int(rows * height / width), columns
        ratio = min(height / rows, width / columns)
        return round(height / ratio), round(width / ratio)
