"""The enhancer: load one model, then enhance any number of pictures."""

from dataclasses import replace

import numpy as np

from llcodec._arrays import Floats
from llcodec.codec.borders import content_thumbnail, find_content
from llcodec.codec.codec import check_shape
from llcodec.codec.decoder import check_black_point, check_exposure
from llcodec.codec.exposing import exposed, from_black
from llcodec.codec.samples import luma, to_samples
from llcodec.engine.choice import EngineRequest
from llcodec.enhancing.blending import blend, check_strength
from llcodec.enhancing.models import load_network
from llcodec.enhancing.names import DEFAULT_ENHANCER
from llcodec.enhancing.pieces import Network, Piece
from llcodec.errors import BrokenModelError
from llcodec.imaging.picture import Picture


class Enhancer:
    """Makes dark pictures bright with one model. Do not share an enhancer between threads.

    Args:
        model: ``joint``, the name of a shipped model, or the path of a weight file.
        engine: what runs the network: ``onnx``, ``torch``, or ``auto``, which is ONNX Runtime
            unless only PyTorch has the device.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``, ``directml`` or ``coreml``.

    Attributes:
        engine: the engine in use.
        device: the device in use.

    Raises:
        UnknownModelError: when there is no such model.
        BrokenModelError: when its weight file is damaged.
        ModelError: when the model does not enhance.
        InputError: when the engine or the device is not available.
    """

    def __init__(
        self, model: str = DEFAULT_ENHANCER, *, engine: str = "auto", device: str = "auto"
    ) -> None:
        network, choice = load_network(model, EngineRequest(engine, device))
        self._network: Network = network
        self.engine, self.device = choice.engine, choice.device

    @property
    def name(self) -> str:
        """The name of the model, as its weight file has it."""
        return self._network.name

    @property
    def sha256(self) -> str:
        """The SHA-256 of the weight file, 64 hexadecimal digits."""
        return self._network.sha256

    def enhance(
        self,
        picture: Picture,
        strength: float = 1.0,
        *,
        exposure: float = 0.0,
        black_point: float = 0.0,
    ) -> Picture:
        """Return the enhanced picture, with the same bit depth, alpha and metadata.

        Constant borders (bars, corners), a picture of one colour, and a graphic with a bright
        foreground (a screenshot in dark mode) stay as they are.

        Args:
            picture: what to enhance, in sRGB.
            strength: 1 for the enhanced picture, 0 for the unchanged input; between, they are
                mixed in linear light.
            exposure: stops by which the enhanced picture is made brighter, from -4 to 4.
            black_point: level of the result that is made black, from 0 to 64 of 255; white stays.

        Raises:
            InputError: when the strength, the exposure or the black point is out of range.
            TooManyPixelsError: when the picture is too thin, or too large for the model.
            BrokenModelError: when the model's output is not finite.
        """
        check_strength(strength)
        check_exposure(exposure)
        check_black_point(black_point)
        check_shape(picture.width, picture.height, picture.width * picture.height)
        if strength == black_point == 0:
            return picture
        content = find_content(picture.pixels)
        if content_thumbnail(picture.pixels, content) is None:
            return picture
        pixels = picture.pixels.copy()
        within = pixels[content.rows, content.columns]
        shot = replace(picture, pixels=picture.pixels[content.rows, content.columns])
        for piece in self._network.pieces(shot.pixels):
            values = self._finished(piece, shot, strength, exposure)
            values = from_black(values, black_point) if black_point else values
            within[piece.rows, piece.columns] = to_samples(
                values, sixteen_bit=picture.sixteen_bit, grey=False
            )
        if content.border is not None:
            pixels[content.border] = picture.pixels[content.border]
        return replace(picture, pixels=pixels)

    def _finished(self, piece: Piece, picture: Picture, strength: float, exposure: float) -> Floats:
        """Return the values of a piece: grey if the picture is, mixed with the input."""
        values = piece.values
        if not np.isfinite(values).all():
            raise BrokenModelError(f"the model {self.name} makes values that are not finite")
        if picture.grey:
            values = luma(values)
        if exposure:
            values = exposed(values, exposure)
        if strength < 1:
            values = blend(picture.pixels[piece.rows, piece.columns], values, strength)
        return values
