"""The SNR-aware network as an enhancer: a picture at once, since attention sees all of it."""

from collections.abc import Iterator

import torch

from llcodec._arrays import Samples
from llcodec.codec.samples import to_tensor
from llcodec.enhancing.family import EnhancingFamily
from llcodec.enhancing.pieces import Piece, to_device
from llcodec.errors import TooManyPixelsError
from llcodec.snr_aware.network import SnrAwareNetwork
from llcodec.snr_aware.presets import PRESETS
from llcodec.snr_aware.weights import SnrAwareFile, read_snr_aware

_MOST_PIXELS = 4_000_000  # cut into tiles, each would get a light of its own, with seams between


class SnrAwareEnhancer:
    """An SNR-aware model and its weights."""

    def __init__(self, file: SnrAwareFile, device: torch.device) -> None:
        self.name, self.sha256 = file.name, file.sha256
        self._device = device
        self._model = file.model.to(device)
        self._model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def pieces(self, pixels: Samples) -> Iterator[Piece]:
        """Yield the enhanced picture, in one piece.

        Raises TooManyPixelsError above four million pixels.
        """
        height, width = pixels.shape[:2]
        if height * width > _MOST_PIXELS:
            raise TooManyPixelsError(
                f"the model {self.name} takes pictures at once, "
                f"of at most {_MOST_PIXELS:,} pixels, not {height * width:,}"
            )
        values = self._model.enhance(to_device(to_tensor(pixels), self._device))
        yield Piece(slice(0, height), slice(0, width), values)


FAMILY = EnhancingFamily(
    presets=PRESETS,
    load=lambda path, device: SnrAwareEnhancer(read_snr_aware(path), device),
    build=SnrAwareNetwork,
    apply=lambda model, x: model(x),
)
