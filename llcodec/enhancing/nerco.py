"""NeRCo as an enhancer, window by window from integer samples."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llcodec._arrays import Samples, to_floats
from llcodec._weight_files import blames
from llcodec._windows import Span
from llcodec.codec.samples import thumbnail_of_samples
from llcodec.engine.choice import ONNX, Choice, EngineRequest
from llcodec.engine.protocol import Nerco
from llcodec.enhancing.family import EnhancingFamily
from llcodec.enhancing.pieces import Piece
from llcodec.errors import TooManyPixelsError
from llcodec.nerco.presets import PRESETS
from llcodec.nerco.weights import NercoFile, read_nerco
from llcodec.nerco.windows import CORE, LEAST, STRIDE, middles, pad_by_reflection, windows

_PAPER_PIXELS = 3_000_000  # at once: the published network takes 1.6 GB for every million


class NercoEnhancer:
    """A NeRCo model: what its file holds, and its networks on an engine.

    ``core`` is how many pixels a side are enhanced at once.
    """

    def __init__(self, file: NercoFile, network: Nerco, core: int = CORE) -> None:
        self.name, self.sha256 = file.name, file.sha256
        self._preset = file.shape.preset
        self._network = network
        self._core = core

    def pieces(self, pixels: Samples) -> Iterator[Piece]:
        """Yield the pieces of the enhanced picture.

        Every window sees an overview of the whole picture and its own place in it. Presets of
        the family ``paper`` take a whole picture, since their statistics are those of their input;
        TooManyPixelsError is raised if that would take too much memory.
        """
        height, width = pixels.shape[:2]
        overview = pad_by_reflection(thumbnail_of_samples(pixels))
        padded = max(LEAST, height + -height % STRIDE), max(LEAST, width + -width % STRIDE)
        core = self._core_for(*padded)
        for window in windows(*padded, halo=self._preset.halo, core=core):
            rows, columns = window.rows, window.columns
            # A cut that reaches the padding does so at a multiple of 4, and is padded as the whole.
            cut = pad_by_reflection(to_floats(pixels[rows.outer, columns.outer]), LEAST)
            at = middles(rows.outer, height), middles(columns.outer, width)
            values = self._network.brighten(cut, overview, *at)[rows.inner, columns.inner]
            down, right = _within(rows, height), _within(columns, width)
            values = values[: down.stop - down.start, : right.stop - right.start]
            yield Piece(down, right, values)

    def _core_for(self, height: int, width: int) -> int:
        if self._preset.family == "compact":
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


def load(path: Path, request: EngineRequest) -> tuple[NercoEnhancer, Choice]:
    """Return the enhancer of a weight file, and its engine.

    Raises UnknownModelError or BrokenModelError.
    """
    file, choice = read_nerco(path), request.choose()
    with blames(path):
        return NercoEnhancer(file, _network(file, choice)), choice


def _network(file: NercoFile, choice: Choice) -> Nerco:
    if choice.engine == ONNX:
        from llcodec.nerco.onnx_engine import OnnxNerco

        shape = file.shape
        return OnnxNerco(shape.preset, shape.switches, file.arrays, device=choice.device)
    import torch

    from llcodec.nerco.torch_engine import TorchNerco

    return TorchNerco(file, torch.device(choice.device))


def _build(preset: Any) -> Any:
    from llcodec.nerco.model import NercoModel

    return NercoModel(preset, degrader=False)


def _apply(model: Any, x: Any) -> Any:
    from llcodec.nerco.views import view_of_whole

    return model(view_of_whole(x))


FAMILY = EnhancingFamily(presets=PRESETS, load=load, build=_build, apply=_apply)
