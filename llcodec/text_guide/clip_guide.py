"""Text guidance: the similarity of a picture to "low-light image" and to "high-light image".

These are the cosines D_cos of NeRCo's text-driven discriminator (Yang et al., ICCV 2023, Eq. 4),
with gradients to the picture. In the code that was released with the paper, no gradient reaches
the picture.
"""

from collections.abc import Callable, Sequence
from typing import Any, Self

import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec.text_guide.prompts import Prompts
from llcodec.text_guide.view import GuideView

Tokenizer = Callable[[list[str]], Tensor]


class ClipGuide:
    """A frozen open_clip model, and the vectors of two prompts, which are computed once.

    Use :func:`llcodec.text_guide.loading.load_guide` to load one.
    """

    def __init__(
        self, name: str, model: Any, tokenizer: Tokenizer, view: GuideView, prompts: Prompts
    ) -> None:
        self.name, self.tokenizer, self.view, self.prompts = name, tokenizer, view, prompts
        self.model: Any = model.float().eval().requires_grad_(False)
        self.texts = self.text_vectors([prompts.low, prompts.high])

    def with_prompts(self, prompts: Prompts) -> "ClipGuide":
        """Return a guide with the same model and other prompts."""
        return ClipGuide(self.name, self.model, self.tokenizer, self.view, prompts)

    def to(self, device: torch.device) -> Self:
        """Move the model and its vectors to a device."""
        self.model.to(device)
        self.texts = self.texts.to(device)
        return self

    @torch.no_grad()
    def text_vectors(self, texts: Sequence[str]) -> Tensor:
        """Return the unit vectors of texts, N×D."""
        device = next(self.model.parameters()).device
        return _unit(self.model.encode_text(self.tokenizer(list(texts)).to(device)))

    def image_vectors(self, images: Tensor) -> Tensor:
        """Return the unit vectors of pictures B×3×H×W in [0, 1], B×D, with gradients."""
        return _unit(self.model.encode_image(self.view(images)))

    def cosines(self, images: Tensor) -> Tensor:
        """Return the cosines of pictures B×3×H×W in [0, 1] with both prompts: B×2, low, high."""
        return self.image_vectors(images) @ self.texts.T

    def lightness(self, images: Tensor) -> Tensor:
        """Return cos(high) − cos(low) of each picture, B.

        Its negative is the paper's L_cos for pictures that should be bright (Eq. 5); the value
        itself is that for pictures that should be dark (Eq. 6).
        """
        low, high = self.cosines(images).unbind(1)
        return high - low


def _unit(vectors: Tensor) -> Tensor:
    return F.normalize(vectors.float(), dim=-1)
