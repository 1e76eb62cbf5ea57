"""The codecs of this package: plain ones, and joint ones, which decode dark pictures bright."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from llcodec._arrays import Pixels
from llcodec._cards import Card, TrainingFacts, read_card
from llcodec._version import __version__
from llcodec.bench.interfaces import CodecSettings, check_pixels
from llcodec.codec.codec import DEFAULT_QUALITY, Codec, Target
from llcodec.codec.looks import path_of_look, read_look
from llcodec.codec.weights import ModelFile
from llcodec.container import read_header
from llcodec.errors import (
    FormatError,
    InputError,
    QualityError,
    UnknownModelError,
    UnreadableImageError,
    WrongModelError,
)
from llcodec.imaging import Picture
from llcodec.nets.presets import Preset

Use = Literal["joint", "plain", "any"]
"""What a model is used for: brighten (joint), reproduce its input (plain), or either (any)."""


@dataclass(frozen=True)
class Shown:
    """How much detail is decoded, from 0 to 1, and the path of the look, if not the shipped one."""

    detail: float = 0.0
    look: str | None = None


NO_LOOK = Shown()


class LlcCodec:
    """The codec of ``llc encode`` and ``llc decode``; it brightens if its model enhances.

    Args:
        name: the name in results.
        model: the name of a shipped model, or the path of a weight file.
        use: what the model must be trained for.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        shown: how much detail is decoded, and by which look.

    Raises UnknownModelError, BrokenModelError, InputError if the model was trained for another use,
    and the errors of looks.
    """

    def __init__(
        self,
        name: str,
        model: str,
        *,
        use: Use = "any",
        device: str = "cpu",
        shown: Shown = NO_LOOK,
    ) -> None:
        self._codec = Codec(
            model, engine="torch", device=device, detail=shown.detail, look=shown.look
        )
        self._look_settings = _look_settings(self._codec.file, shown)
        self._name, self._brightens = name, self._codec.file.brightens
        if use != "any" and self._brightens != (use == "joint"):
            does = "brightens" if self._brightens else "does not brighten"
            raise InputError(f"the model {self._codec.file.name} {does}, so it cannot be {name!r}")

    @property
    def name(self) -> str:
        """The name in results."""
        return self._name

    @property
    def preset(self) -> Preset:
        """The preset of the model's networks."""
        return self._codec.file.preset

    @property
    def brightens(self) -> bool:
        """Whether the output is brighter than the input."""
        return self._brightens

    @property
    def device(self) -> str:
        """The device of the float networks: ``cpu``, ``cuda`` or ``mps``."""
        return self._codec.device.partition(":")[0]

    @property
    def qualities(self) -> tuple[float, ...]:
        """The eight qualities of the paper; only one for a model of a single rate."""
        if self.preset.variable_rate:
            return (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)
        return (DEFAULT_QUALITY,)

    def settings(self) -> CodecSettings:
        """Return versions and parameters, as results record them."""
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
                **self._look_settings,
            },
            training_hours=hours_in(file.training),
        )

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the ``.llc`` file of a picture, H×W×3. Raises QualityError."""
        check_pixels(pixels)
        return self._codec.encode(Picture(pixels), Target(quality))

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3, brightened if the model enhances.

        Raises UnreadableImageError if it is not a file of this model.
        """
        try:
            return self._codec.decode(data).pixels.astype(np.uint8)
        except (FormatError, WrongModelError) as error:
            raise UnreadableImageError(f"not a file that {self.name} made: {error}") from error


def _look_settings(file: ModelFile, shown: Shown) -> dict[str, str | float]:
    """Return what decides the detail; nothing without any."""
    if not shown.detail:
        return {}
    look = read_look(path_of_look(file, shown.look))
    return {"detail": shown.detail, "look": look.name, "SHA-256 of the look": look.sha256}


class LlcLadder:
    """A folder of weight files, one for each rate, as one codec with one curve.

    Its qualities are the positions of the files, sorted by name, from 1. The published network
    needs this, because it is trained once for each point of its curve.

    Each file is loaded when it is needed. Models with several rates run at their default quality.

    Args:
        name: the name in results.
        folder: of the weight files, ``*.safetensors``.
        use: what the models must be trained for.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Raises UnknownModelError if the folder has no weight files, BrokenModelError.
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
        """The name in results."""
        return self._name

    @property
    def qualities(self) -> tuple[float, ...]:
        """The positions of all weight files."""
        return tuple(float(place) for place in range(1, len(self._files) + 1))

    def at(self, quality: float) -> LlcCodec:
        """Return the codec of a weight file by its position.

        Raises QualityError, BrokenModelError, InputError if the model was trained for another use.
        """
        if quality not in self.qualities:
            known = f"1 to {len(self._files)}, the positions of its weight files"
            raise QualityError(f"{self.name} has the qualities {known}, not {quality:g}")
        place = int(quality)
        if place not in self._codecs:
            path = str(self._files[place - 1][0])
            self._codecs[place] = LlcCodec(self.name, path, use=self._use, device=self._device)
        return self._codecs[place]

    def settings(self) -> CodecSettings:
        """Return versions and parameters, as results record them.

        This loads all models, so that measured times do not include loading.
        Raises InputError if some of them brighten and others do not.
        """
        codecs = [self.at(quality) for quality in self.qualities]
        if len({codec.brightens for codec in codecs}) > 1:
            raise InputError(f"some models of {self.name} brighten, and others do not")
        hours = [hours_in(card.training) for _, card in self._files]
        known = [value for value in hours if value is not None]
        return CodecSettings(
            quality="position of the weights among those of the folder, by name",
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
        """Return the ``.llc`` file of a picture, H×W×3. Raises the errors of :meth:`at`."""
        return self.at(quality).encode(pixels, DEFAULT_QUALITY)

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3, brightened if its model enhances.

        Raises UnreadableImageError if it is not a file of these models, and the errors of
        :meth:`at`.
        """
        try:
            wanted = read_header(data).model_hash.hex()
        except FormatError as error:
            raise UnreadableImageError(f"not a file that {self.name} made: {error}") from error
        for place, (_, card) in enumerate(self._files, 1):
            if card.sha256.startswith(wanted):
                return self.at(place).decode(data)
        raise UnreadableImageError(f"not a file that {self.name} made: of another model")


def hours_in(training: TrainingFacts) -> float | None:
    """Return the hours of a training, rounded to 0.001; None if they are unknown."""
    return None if training.hours is None else round(training.hours, 3)
