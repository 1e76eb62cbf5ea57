"""The SNR-aware network as an enhancer: a picture at once, since attention sees all of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llcodec._arrays import Samples, to_floats
from llcodec._weight_files import blames
from llcodec.engine.choice import ONNX, Choice, EngineRequest
from llcodec.engine.protocol import SnrAware
from llcodec.enhancing.family import EnhancingFamily
from llcodec.enhancing.pieces import Piece
from llcodec.errors import TooManyPixelsError
from llcodec.snr_aware.presets import PRESETS
from llcodec.snr_aware.weights import SnrAwareFile, read_snr_aware

_MOST_PIXELS = 4_000_000  # in tiles, each would get another brightness, with seams between


class SnrAwareEnhancer:
    """An SNR-aware model: what its file holds, and its network on an engine."""

    def __init__(self, file: SnrAwareFile, network: SnrAware) -> None:
        self.name, self.sha256 = file.name, file.sha256
        self._network = network

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
        values = self._network.enhance(to_floats(pixels))
        yield Piece(slice(0, height), slice(0, width), values)


def load(path: Path, request: EngineRequest) -> tuple[SnrAwareEnhancer, Choice]:
    """Return the enhancer of a weight file, and its engine.

    Raises UnknownModelError or BrokenModelError.
    """
    file, choice = read_snr_aware(path), request.choose()
    with blames(path):
        return SnrAwareEnhancer(file, _network(file, choice)), choice


def _network(file: SnrAwareFile, choice: Choice) -> SnrAware:
    if choice.engine == ONNX:
        from llcodec.snr_aware.onnx_engine import OnnxSnrAware

        return OnnxSnrAware(file.shape, file.arrays, device=choice.device)
    import torch

    from llcodec.snr_aware.torch_engine import TorchSnrAware

    return TorchSnrAware(file, torch.device(choice.device))


def _build(preset: Any) -> Any:
    from llcodec.snr_aware.network import SnrAwareNetwork

    return SnrAwareNetwork(preset)


def _apply(network: Any, x: Any) -> Any:
    return network(x)


FAMILY = EnhancingFamily(presets=PRESETS, load=load, build=_build, apply=_apply)
