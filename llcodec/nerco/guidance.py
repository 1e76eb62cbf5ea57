"""Text-driven discrimination: a loss towards one prompt and away from another (Eqs. 4–6)."""

from typing import Protocol

from torch import Tensor

from llcodec.nerco.views import to_unit
from llcodec.text_guide.prompts import HIGH, LOW


class TextGuide(Protocol):
    """A frozen image-text model with the two prompts."""

    def cosines(self, images: Tensor) -> Tensor:
        """Return D_cos, B×2, of pictures B×3×H×W in [0, 1] with the low and high prompt (Eq. 4).

        It is differentiable with respect to ``images``.
        """
        ...


def bright_text_loss(guide: TextGuide, pictures: Tensor) -> Tensor:
    """Return L_cos of pictures in [−1, 1] to be bright: D_cos(T_L) − D_cos(T_H) (Eq. 5)."""
    cosines = guide.cosines(to_unit(pictures))
    return (cosines[:, LOW] - cosines[:, HIGH]).mean()


def dark_text_loss(guide: TextGuide, pictures: Tensor) -> Tensor:
    """Return L_cos of pictures in [−1, 1] to be dark: D_cos(T_H) − D_cos(T_L) (Eq. 6)."""
    return -bright_text_loss(guide, pictures)
