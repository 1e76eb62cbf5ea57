"""Our own codecs: plain ones, and the joint one, whose files are dark pictures decoded bright."""

from typing import Literal

import numpy as np
import torch

from llcodec._version import __version__
from llcodec.bench.codecs.codec import CodecSettings, check_pixels
from llcodec.bench.training_hours import hours_in
from llcodec.codec.codec import DEFAULT_QUALITY, Codec, Target
from llcodec.data.pairs import Pixels
from llcodec.errors import FormatError, InputError, UnreadableImageError, WrongModelError
from llcodec.imaging import Picture
from llcodec.nets.presets import Preset

Use = Literal["joint", "plain", "any"]
"""What a model has to do: brighten, give back what went in, or either."""


class LlcCodec:
    """Files of ``llc encode``, decoded bright (all that there is to a model without enhancement).

    Args:
        name: what results call it.
        model: the name of a shipped model, or the path of a weight file.
        use: what the model is expected to do.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Raises UnknownModelError, BrokenModelError, InputError if the model does something else.
    """

    def __init__(self, name: str, model: str, *, use: Use = "any", device: str = "cpu") -> None:
        self._codec = Codec(model, device=device)
        self._name, self._brightens = name, self._codec.file.brightens
        if use != "any" and self._brightens != (use == "joint"):
            does = "makes pictures bright" if self._brightens else "gives back what goes in"
            raise InputError(f"the model {self._codec.file.name} {does}, so it cannot be {name!r}")

    @property
    def name(self) -> str:
        """What results call it."""
        return self._name

    @property
    def preset(self) -> Preset:
        """The shape of the model's networks."""
        return self._codec.file.model.preset

    @property
    def brightens(self) -> bool:
        """Whether what comes out is brighter than what goes in."""
        return self._brightens

    @property
    def device(self) -> str:
        """Where the float networks run: ``cpu``, ``cuda`` or ``mps``."""
        return self._codec.device.type

    @property
    def qualities(self) -> tuple[float, ...]:
        """The eight qualities of the paper; a model that has one rate only has one."""
        if self.preset.variable_rate:
            return (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)
        return (DEFAULT_QUALITY,)

    def settings(self) -> CodecSettings:
        """Return versions and parameters, for the record of a result."""
        file = self._codec.file
        return CodecSettings(
            quality="quality of llc encode, 1 to 8",
            chroma="RGB",
            versions={"llcodec": __version__, "torch": torch.__version__},
            parameters={
                "model": file.name,
                "SHA-256": file.sha256,
                "preset": self.preset.name,
                "brightens": self.brightens,
                "device": self.device,
            },
            training_hours=hours_in(file.training),
        )

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the ``.llc`` file of a picture, H×W×3. Raises QualityError."""
        check_pixels(pixels)
        return self._codec.encode(Picture(pixels), Target(quality))

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3; bright, if the model enhances.

        Raises UnreadableImageError if it is no file of this model.
        """
        try:
            return self._codec.decode(data).pixels.astype(np.uint8)
        except (FormatError, WrongModelError) as error:
            raise UnreadableImageError(f"not a file that {self.name} made: {error}") from error
