"""The joint codec's network as an enhancer: analysis and synthesis without the bits in between.

    x ─ tone ─ analysis, SNR-aware branch ─ y ─ gain · inverse gain ─ synthesis ─ x̂

Nothing is rounded or coded. The latents of the whole picture are kept (0.6 numbers a pixel in
``fast``); everything else is computed window by window, as in encoder and decoder.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llcodec._arrays import Samples
from llcodec._bitstream import STRIDE
from llcodec._weight_files import blames
from llcodec._windows import Span
from llcodec.codec.encoder import analyse
from llcodec.codec.unrounded import unrounded
from llcodec.codec.weights import ModelFile, read_model
from llcodec.codec.windows import DECODER_HALO, windows
from llcodec.engine.choice import Choice, EngineRequest
from llcodec.engine.loading import load_transforms
from llcodec.engine.protocol import Transforms
from llcodec.enhancing.family import EnhancingFamily
from llcodec.enhancing.pieces import Piece
from llcodec.errors import ModelError
from llcodec.nets.presets import PRESETS


class JointEnhancer:
    """A joint model: what its file holds, and its transforms on an engine.

    Raises ModelError if the model is a plain codec, which has learned to change nothing.
    """

    def __init__(self, file: ModelFile, transforms: Transforms) -> None:
        if not file.brightens:
            raise ModelError(f"the model {file.name} does not enhance: it is a plain codec")
        self.name, self.sha256 = file.name, file.sha256
        self._transforms = transforms

    def pieces(self, pixels: Samples) -> Iterator[Piece]:
        """Yield the pieces of the enhanced picture.

        As in the encoder, the tone is that of the whole picture and attention sees one window.
        """
        transforms, (height, width) = self._transforms, pixels.shape[:2]
        latents = analyse(transforms, pixels).latents()
        for window in windows(latents.shape[-2], latents.shape[-1], DECODER_HALO):
            rows, columns = window.rows, window.columns
            y = unrounded(transforms, latents[:, rows.outer, columns.outer])
            values = transforms.synthesise(y, (rows.inner, columns.inner))
            down, right = _core(rows, height), _core(columns, width)
            values = values[: down.stop - down.start, : right.stop - right.start]
            yield Piece(down, right, values)


def _core(span: Span, length: int) -> slice:
    """Return the pixels of a core; the last latents reach beyond the picture."""
    return slice(span.core.start * STRIDE, min(span.core.stop * STRIDE, length))


def load(path: Path, request: EngineRequest) -> tuple[JointEnhancer, Choice]:
    """Return the enhancer of a weight file, and its engine.

    Raises UnknownModelError, BrokenModelError, or ModelError if its model is a plain codec.
    """
    file = read_model(path)
    with blames(path):
        transforms, choice = load_transforms(request, file.preset, file.arrays)
    return JointEnhancer(file, transforms), choice


def _build(preset: Any) -> Any:
    from llcodec.nets.joint import JointModel

    return JointModel(preset)


def _apply(model: Any, x: Any) -> Any:
    from llcodec.nets.tone import thumbnail

    return model.synthesise(model.analyse(x, model.predict_tone(thumbnail(x))))


FAMILY = EnhancingFamily(presets=PRESETS, load=load, build=_build, apply=_apply)
