"""The enhancers of this package: every family of networks whose weight files enhance."""

import torch

from llcodec._arrays import Pixels
from llcodec._cards import Card, read_card
from llcodec._version import __version__
from llcodec.bench.codecs.llc import hours_in
from llcodec.bench.interfaces import EnhancerSettings
from llcodec.enhancing.enhancer import Enhancer
from llcodec.enhancing.models import find_enhancer
from llcodec.imaging import Picture


class LearnedEnhancer:
    """The enhancer of ``llc enhance``, from pixels to pixels.

    Args:
        name: the name in results.
        model: the name of a shipped model, or the path of a weight file.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.

    ``card`` is the card of the weight file.
    Raises UnknownModelError, BrokenModelError, ModelError if the model does not enhance,
    InputError if there is no such device.
    """

    def __init__(self, name: str, model: str, device: str = "cpu") -> None:
        self.name = name
        self.card: Card = read_card(find_enhancer(model))
        self._enhancer = Enhancer(model, engine="torch", device=device)
        self._device = self._enhancer.device.partition(":")[0]

    def settings(self) -> EnhancerSettings:
        """Return the model, its checksum, its device, and how long it was trained."""
        return EnhancerSettings(
            versions={
                "llcodec": __version__,
                "torch": torch.__version__,
                "SHA-256": self._enhancer.sha256,
            },
            parameters={
                "model": self._enhancer.name,
                "preset": self.card.preset,
                "parameters": self.card.parameters,
                "data": self.card.notes.get("data", ""),
                "device": self._device,
            },
            training_hours=hours_in(self.card.training),
        )

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the enhanced picture."""
        return self._enhancer.enhance(Picture(pixels)).pixels.astype("uint8")
