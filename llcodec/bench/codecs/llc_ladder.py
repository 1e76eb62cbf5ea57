"""A folder of our own weight files, one for each rate, as one codec with one curve.

The published network has one rate: it is trained once for each point of its curve.
"""

from pathlib import Path

import torch

from llcodec._cards import Card, read_card
from llcodec._version import __version__
from llcodec.bench.codecs.codec import CodecSettings
from llcodec.bench.codecs.llc import LlcCodec, Use
from llcodec.bench.training_hours import hours_in
from llcodec.codec.codec import DEFAULT_QUALITY
from llcodec.container import read_header
from llcodec.data.pairs import Pixels
from llcodec.errors import (
    FormatError,
    InputError,
    QualityError,
    UnknownModelError,
    UnreadableImageError,
)


class LlcLadder:
    """Weight files sorted by name, whose places from 1 up are the qualities.

    Each is loaded when it is needed. One that has several rates is used at its usual quality.

    Args:
        name: what results call it.
        folder: holds the weight files, ``*.safetensors``.
        use: what the models are expected to do.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Raises UnknownModelError if there are none, BrokenModelError.
    """

    def __init__(self, name: str, folder: Path, *, use: Use = "any", device: str = "cpu") -> None:
        files = sorted(folder.glob("*.safetensors"))
        if not files:
            raise UnknownModelError(f"{folder}: no weight files (*.safetensors) in this folder")
        self._name, self._use, self._device = name, use, device
        self._files: list[tuple[Path, Card]] = [(file, read_card(file)) for file in files]
        self._codecs: dict[int, LlcCodec] = {}

    @property
    def name(self) -> str:
        """What results call it."""
        return self._name

    @property
    def qualities(self) -> tuple[float, ...]:
        """The places of all weight files."""
        return tuple(float(place) for place in range(1, len(self._files) + 1))

    def at(self, quality: float) -> LlcCodec:
        """Return the codec of a weight file by its place.

        Raises QualityError, BrokenModelError, InputError if the model does something else.
        """
        if quality not in self.qualities:
            known = f"1 to {len(self._files)}, the places of its weight files"
            raise QualityError(f"{self.name} has the qualities {known}, not {quality:g}")
        place = int(quality)
        if place not in self._codecs:
            path = str(self._files[place - 1][0])
            self._codecs[place] = LlcCodec(self.name, path, use=self._use, device=self._device)
        return self._codecs[place]

    def settings(self) -> CodecSettings:
        """Return versions and parameters, for the record of a result.

        All models are loaded for it, so that no time that is measured counts loading.
        Raises InputError if some of them brighten and others do not.
        """
        codecs = [self.at(quality) for quality in self.qualities]
        if len({codec.brightens for codec in codecs}) > 1:
            raise InputError(f"some models of {self.name} make pictures bright, and others do not")
        hours = [hours_in(card.training) for _, card in self._files]
        known = [value for value in hours if value is not None]
        return CodecSettings(
            quality="place of the weights among those of the folder, by name",
            chroma="RGB",
            versions={"llcodec": __version__, "torch": torch.__version__},
            parameters={
                **{
                    f"weights {place}": f"{card.name}, SHA-256 {card.sha256}"
                    for place, (_, card) in enumerate(self._files, 1)
                },
                "preset": ", ".join(dict.fromkeys(codec.preset.name for codec in codecs)),
                "brightens": codecs[0].brightens,
                "device": codecs[0].device,
            },
            training_hours=round(sum(known), 3) if len(known) == len(hours) else None,
        )

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the ``.llc`` file of a picture, H×W×3. Raises as :meth:`at` does."""
        return self.at(quality).encode(pixels, DEFAULT_QUALITY)

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3; bright, if its model enhances.

        Raises UnreadableImageError if it is no file of these models, and as :meth:`at` does.
        """
        try:
            wanted = read_header(data).model_hash.hex()
        except FormatError as error:
            raise UnreadableImageError(f"not a file that {self.name} made: {error}") from error
        for place, (_, card) in enumerate(self._files, 1):
            if card.sha256.startswith(wanted):
                return self.at(place).decode(data)
        raise UnreadableImageError(f"not a file that {self.name} made: of another model")
