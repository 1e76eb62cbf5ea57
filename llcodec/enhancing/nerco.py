"""NeRCo as an enhancer: :meth:`NercoModel.enhance`, window by window from integer samples."""

from collections.abc import Iterator

import torch

from llcodec._arrays import Samples
from llcodec._windows import Span
from llcodec.codec.samples import thumbnail_of_samples, to_tensor
from llcodec.enhancing.family import EnhancingFamily
from llcodec.enhancing.pieces import Piece, to_device
from llcodec.errors import TooManyPixelsError
from llcodec.nerco.coordinates import coordinates
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import PRESETS
from llcodec.nerco.views import (
    STRIDE,
    View,
    pad_by_reflection,
    to_overview,
    to_signed,
    to_unit,
    view_of_whole,
)
from llcodec.nerco.weights import NercoFile, read_nerco
from llcodec.nerco.windows import CORE, outer_area, windows

_LEAST = 8  # pixels a side that the networks take; see NercoModel.enhance
_PAPER_PIXELS = 3_000_000  # at once: the published network takes 1.6 GB for every million


class NercoEnhancer:
    """A NeRCo model and its weights. ``core``: pixels a side of what is enhanced at once."""

    def __init__(self, file: NercoFile, device: torch.device, core: int = CORE) -> None:
        self.name, self.sha256 = file.name, file.sha256
        self._core = core
        self._device = device
        self._model = file.model.to(device)
        self._model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def pieces(self, pixels: Samples) -> Iterator[Piece]:
        """Yield the pieces of the enhanced picture.

        Every window sees an overview of the whole picture and its own place in it. Presets of
        the family ``paper`` take a whole picture, since their statistics are those of their input;
        TooManyPixelsError is raised if that would take too much memory.
        """
        height, width = pixels.shape[:2]
        small = torch.from_numpy(thumbnail_of_samples(pixels)).permute(2, 0, 1)[None]
        overview = to_overview(small.to(self._device))
        padded = max(_LEAST, height + -height % STRIDE), max(_LEAST, width + -width % STRIDE)
        core = self._core_for(*padded)
        for window in windows(*padded, halo=self._model.preset.halo, core=core):
            rows, columns = window.rows, window.columns
            # A cut that reaches the padding does so at a multiple of 4, and is padded as the whole.
            cut = to_tensor(pixels[rows.outer, columns.outer]).to(self._device)
            picture = to_signed(pad_by_reflection(cut, _LEAST))
            at = coordinates(height, width, outer_area(window), self._device)
            bright = self._model(View(to_device(picture, self._device), overview, at))
            down, right = _within(rows, height), _within(columns, width)
            values = bright[..., rows.inner, columns.inner]
            values = values[..., : down.stop - down.start, : right.stop - right.start]
            yield Piece(down, right, to_unit(values))

    def _core_for(self, height: int, width: int) -> int:
        if self._model.preset.family == "compact":
            return self._core
        if height * width > _PAPER_PIXELS:
            raise TooManyPixelsError(
                f"the published network ({self.name}) takes pictures at once, "
                f"of at most {_PAPER_PIXELS:,} pixels"
            )
        return max(height, width)


def _within(span: Span, length: int) -> slice:
    """Return the core of a window, cut to the picture."""
    return slice(span.core.start, min(span.core.stop, length))


FAMILY = EnhancingFamily(
    presets=PRESETS,
    load=lambda path, device: NercoEnhancer(read_nerco(path), device),
    build=lambda preset: NercoModel(preset, degrader=False),
    apply=lambda model, x: model(view_of_whole(x)),
)
