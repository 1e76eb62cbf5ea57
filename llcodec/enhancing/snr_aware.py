"""The SNR-aware network as an enhancer, tile by tile from integer samples."""

from collections.abc import Iterator

import torch

from llcodec.codec.samples import to_tensor
from llcodec.enhancing.pieces import Piece, to_device
from llcodec.imaging.picture import Samples
from llcodec.nerco.tiles import CORE, tiles
from llcodec.snr_aware.network import MULTIPLE
from llcodec.snr_aware.weights import SnrAwareFile

_HALO = 128  # pixels; convolutions reach less, attention sees the whole tile


class SnrAwareEnhancer:
    """An SNR-aware model and its weights. ``core``: pixels a side of what is enhanced at once."""

    def __init__(self, file: SnrAwareFile, device: torch.device, core: int = CORE) -> None:
        self.name, self.sha256 = file.name, file.sha256
        self._core, self._device = core, device
        self._model = file.model.to(device)
        self._model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def pieces(self, pixels: Samples) -> Iterator[Piece]:
        """Yield the pieces of the enhanced picture; attention sees one tile, its halo included."""
        height, width = pixels.shape[:2]
        padded = height + -height % MULTIPLE, width + -width % MULTIPLE
        for tile in tiles(*padded, halo=_HALO, core=self._core, stride=MULTIPLE):
            cut = to_tensor(pixels[tile.rows.outer, tile.columns.outer])
            bright = self._model.enhance(to_device(cut, self._device))
            values = bright[..., tile.rows.inner, tile.columns.inner]
            top, left = tile.rows.core.start, tile.columns.core.start
            rows, columns = slice(top, top + values.shape[2]), slice(left, left + values.shape[3])
            yield Piece(rows, columns, values)
