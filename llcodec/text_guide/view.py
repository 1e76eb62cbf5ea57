"""The input transform of a CLIP model: resizing and normalisation, differentiable.

It is the same as the evaluation transform of open_clip, but for tensors and with gradients; that
of open_clip uses 8-bit PIL images.
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
    """The input of a model: height and width, mean and standard deviation of R, G and B.

    ``shortest`` resizes the shorter side and crops the centre; ``squash`` resizes the complete
    picture without keeping its aspect ratio.
    """

    size: tuple[int, int]
    mean: Channels
    std: Channels
    interpolation: Interpolation = "bicubic"
    resize: Resize = "shortest"

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "GuideView":
        """Return the view of an open_clip preprocessing config.

        Raises InputError if its way of resizing is not supported.
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
        """Return the size of the resized picture, before its centre is cropped."""
        rows, columns = self.size
        if self.resize == "squash":
            return rows, columns
        if rows == columns:  # torchvision's Resize, which rounds down
            if height <= width:
                return rows, int(rows * width / height)
            return int(rows * height / width), columns
        ratio = min(height / rows, width / columns)
        return round(height / ratio), round(width / ratio)
