"""A history of generated pictures, so that discriminators see more than the latest (CycleGAN)."""

import numpy as np
import torch
from torch import Tensor

SIZE = 50


class ImagePool:
    """Keep up to 50 generated pictures, detached; only discriminators use its output.

    When the pool is full, half of the pictures are exchanged for older ones. Random numbers come
    from ``rng``. A checkpoint stores :meth:`state` and the state of ``rng``.
    """

    def __init__(self, rng: np.random.Generator, size: int = SIZE) -> None:
        self.rng, self.size = rng, size
        self._kept: list[Tensor] = []

    def query(self, pictures: Tensor) -> Tensor:
        """Return B pictures, B×3×H×W: the given ones, or older ones instead."""
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
        """Return the kept pictures in order, N×3×H×W in half precision."""
        return torch.stack(self._kept) if self._kept else torch.zeros(0, 3, 0, 0).half()

    def restore(self, state: Tensor) -> None:
        """Replace the pictures by those of :meth:`state`."""
        self._kept = list(state)
