"""A history of made pictures, so that discriminators do not only know the latest (CycleGAN)."""

import numpy as np
import torch
from torch import Tensor

SIZE = 50


class ImagePool:
    """Keeps up to 50 made pictures, detached; only discriminators are shown what comes out.

    Once the pool is full, half of the pictures are exchanged for older ones. Random numbers come
    from ``rng``; :meth:`state` is what a checkpoint keeps beside the state of it.
    """

    def __init__(self, rng: np.random.Generator, size: int = SIZE) -> None:
        self.rng, self.size = rng, size
        self._kept: list[Tensor] = []

    def query(self, pictures: Tensor) -> Tensor:
        """Return as many pictures, B×3×H×W, as are given: these, or older ones in their place."""
        return torch.stack([self._exchange(picture) for picture in pictures.detach()])

    def _exchange(self, picture: Tensor) -> Tensor:
        if len(self._kept) < self.size:
            self._kept.append(picture.half())
            return picture
        if self.rng.random() < 0.5:
            return picture
        index = int(self.rng.integers(self.size))
        older = self._kept[index]
        self._kept[index] = picture.half()
        return older.to(picture.dtype)

    def state(self) -> Tensor:
        """Return the kept pictures in their order, N×3×H×W in half precision."""
        return torch.stack(self._kept) if self._kept else torch.zeros(0, 3, 0, 0).half()

    def restore(self, state: Tensor) -> None:
        """Remember the pictures of :meth:`state` instead."""
        self._kept = list(state)
