"""Models of CompressAI: cheng2020-anchor, on which the joint network is built, and others.

ELIC and TCM, for which CompressAI has no weights, are run in the same way.

Rates are those of real streams: ``compress`` and ``decompress`` with CompressAI's own entropy
coder, one file for each picture. They run on the CPU, because a GPU does not make autoregressive
models faster.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llcodec._arrays import Pixels
from llcodec._checksums import sha256_of
from llcodec._compressai import compressai
from llcodec.bench.codecs.compressai_weights import (
    MODELS,
    UNPUBLISHED,
    fetch_weights,
    read_weights,
    weight_files,
    zoo,
)
from llcodec.bench.interfaces import CodecSettings, check_pixels
from llcodec.errors import (
    BrokenModelError,
    InputError,
    QualityError,
    UnknownModelError,
    UnreadableImageError,
)

_MULTIPLE = 64  # sides that networks take are multiples of this, unless they say otherwise
_ELIC_HYPER = 4  # latents of ELIC for each hyper-latent, along each side


class CompressaiCodec:
    """One architecture; each quality has its own network, loaded when it is needed.

    Args:
        architecture: one of ``MODELS`` or ``UNPUBLISHED``.
        path: of weights, see :func:`~llcodec.bench.codecs.compressai_weights.weight_files`; without
            one, they are downloaded from CompressAI's model zoo.

    Raises:
        InputError: if CompressAI is not installed, or the architecture is unknown.
        UnknownModelError: if there are no such weights.
    """

    def __init__(self, architecture: str, path: Path | None = None) -> None:
        if architecture not in (*MODELS, *UNPUBLISHED):
            known = ", ".join((*MODELS, *UNPUBLISHED))
            raise InputError(f"the models of CompressAI here are {known}, not {architecture!r}")
        self._architecture, self._multiple = _architecture(architecture)
        self._name = architecture
        self._files = None if path is None else weight_files(architecture, path)
        if path is None and architecture in UNPUBLISHED:
            raise UnknownModelError(
                f"CompressAI's zoo has no weights of {architecture}: give a file or a folder, "
                f"{architecture}:PATH"
            )
        self._urls: dict[int, str] = {} if path else zoo().model_urls[architecture]["mse"]
        self._models: dict[int, Any] = {}

    @property
    def name(self) -> str:
        """The name in results."""
        return self._name

    @property
    def qualities(self) -> tuple[float, ...]:
        """All qualities for which there are weights."""
        return tuple(self._urls if self._files is None else self._files)

    def channels(self, quality: float) -> int:
        """Return N, the width of the network of a quality. Raises the errors of :meth:`at`."""
        return int(self.at(quality).N)

    def settings(self) -> CodecSettings:
        """Return versions and parameters, as results record them."""
        if self._files is None:
            weights = {f"weights {q}": url.rpartition("/")[2] for q, url in self._urls.items()}
        else:
            weights = {
                f"weights {q}": f"{file.name}, SHA-256 {sha256_of(file)}"
                for q, file in self._files.items()
            }
        return CodecSettings(
            quality="number of the weights"
            + (" in the zoo, trained for squared error" if self._name in MODELS else ""),
            chroma="RGB",
            versions={"compressai": version("compressai"), "torch": torch.__version__},
            parameters={"padding": f"edges repeated to multiples of {self._multiple}", **weights},
        )

    @torch.inference_mode()
    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the file of a picture, H×W×3.

        Raises QualityError, InputError (too large), UnknownModelError, BrokenModelError.
        """
        check_pixels(pixels)
        model = self.at(quality)
        height, width = pixels.shape[:2]
        x = torch.from_numpy(pixels.astype(np.float32) / 255).permute(2, 0, 1)[None]
        more = (0, -width % self._multiple, 0, -height % self._multiple)
        coded = model.compress(F.pad(x, more, mode="replicate"))
        rows, columns = coded["shape"]
        streams = [one[0] for one in coded["strings"]]
        return CodedPicture(width, height, int(quality), (rows, columns), streams).pack()

    @torch.inference_mode()
    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3.

        Raises UnreadableImageError if it is none, UnknownModelError, BrokenModelError.
        """
        coded = unpack(data)
        if coded.quality not in self.qualities:
            raise UnreadableImageError(f"{self.name} does not have the quality of this file")
        model = self.at(coded.quality)
        try:
            out = model.decompress([[stream] for stream in coded.streams], coded.shape)
        except (AssertionError, RuntimeError, ValueError) as error:
            raise UnreadableImageError(f"not a file that {self.name} made") from error
        picture = out["x_hat"][0, :, : coded.height, : coded.width].clamp(0, 1)
        pixels: Pixels = (picture.permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
        if pixels.shape[:2] != (coded.height, coded.width):
            raise UnreadableImageError(f"not a file that {self.name} made: wrong size")
        return pixels

    def at(self, quality: float) -> Any:
        """Return the network of a quality.

        Raises QualityError, UnknownModelError, BrokenModelError.
        """
        if quality not in self.qualities:
            known = ", ".join(f"{q:g}" for q in self.qualities)
            raise QualityError(f"{self.name} has the qualities {known}, not {quality:g}")
        place = int(quality)
        if place not in self._models:
            self._models[place] = self._load(place)
        return self._models[place]

    def _load(self, quality: int) -> Any:
        from compressai.zoo.pretrained import load_pretrained

        if self._files is None:
            state = fetch_weights(self.name, quality)
        else:
            state = read_weights(self._files[quality])
        try:
            model = self._architecture.from_state_dict(load_pretrained(state))
        except (RuntimeError, LookupError, ValueError) as error:
            raise BrokenModelError(
                f"the weights of {self.name} {quality} are not that model's"
            ) from error
        model.update()  # computes the probability tables, which some weight files do not contain
        return model.eval()


def _architecture(name: str) -> tuple[Any, int]:
    """Return the class of a network, and the number that its sides must be multiples of.

    Raises InputError if CompressAI is not installed.
    """
    if name == "tcm":
        from llcodec.tcm.network import MULTIPLE, Tcm

        return Tcm, MULTIPLE
    return Elic if name == "elic2022" else zoo().model_architectures[name], _MULTIPLE


class Elic(nn.Module):
    """ELIC (He et al., CVPR 2022) of CompressAI, with one shape for all its streams.

    CompressAI's own interface needs the shape of each group of latents. All of them follow from the
    shape of the hyper-latents, which is what our small files hold.
    """

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network
        self.N = int(network.g_a[0].out_channels)

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> "Elic":
        """Return the network of a checkpoint.

        Raises LookupError or RuntimeError if it is another network's, InputError if CompressAI is
        not installed.
        """
        return cls(compressai("models.sensetime").Elic2022Official.from_state_dict(state))

    def update(self) -> None:
        """Make the tables of probabilities that streams are coded with."""
        self.network.update()

    def compress(self, x: Tensor) -> dict[str, Any]:
        """Return the streams of a picture, 1×3×H×W in [0, 1], and the hyper-latents' shape."""
        coded = self.network.compress(x)
        return {"strings": coded["strings"], "shape": tuple(coded["shape"]["hyper"])}

    def decompress(
        self, strings: Sequence[Sequence[bytes]], shape: tuple[int, int]
    ) -> dict[str, Tensor]:
        """Return the picture, ``x_hat``, of what :meth:`compress` returned.

        Raises ValueError if the number of streams is another.
        """
        groups = self.network.groups
        if len(strings) != 2 * len(groups) + 1:  # two for each group, and the hyper-latents'
            raise ValueError(f"{len(strings)} streams")
        latents = tuple(_ELIC_HYPER * side for side in shape)
        shapes = {"y": [(count, *latents) for count in groups], "hyper": shape}
        decoded: dict[str, Tensor] = self.network.decompress(strings, shapes)
        return decoded


# Width, height, height and width of the last latents, quality, number of streams.
_HEAD = struct.Struct(">HHHHBB")
_LENGTH = struct.Struct(">I")  # of each stream except the last, which extends to the end
_LARGEST = 65535


@dataclass(frozen=True)
class CodedPicture:
    """The input of ``decompress``, and the quality of the weights to use.

    Attributes:
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        quality: of the weights, 0 to 255.
        shape: the ``shape`` of CompressAI: height and width of the last latents.
        streams: one for each entropy model, those of the latents before those of the hyper-latents.
    """

    width: int
    height: int
    quality: int
    shape: tuple[int, int]
    streams: Sequence[bytes]

    def pack(self) -> bytes:
        """Return the file. Raises InputError if the picture is too large."""
        if max(self.width, self.height) > _LARGEST:
            raise InputError(f"{self.width}×{self.height} pixels are too many for one file")
        sizes = (self.width, self.height, *self.shape, self.quality, len(self.streams))
        lengths = (_LENGTH.pack(len(stream)) for stream in self.streams[:-1])
        return b"".join((_HEAD.pack(*sizes), *lengths, *self.streams))


def unpack(data: bytes) -> CodedPicture:
    """Return the contents of a file. Raises UnreadableImageError if it is not such a file."""
    try:
        width, height, rows, columns, quality, count = _HEAD.unpack_from(data)
        at = _HEAD.size + _LENGTH.size * max(0, count - 1)
        lengths = struct.unpack_from(f">{max(0, count - 1)}I", data, _HEAD.size)
    except struct.error as error:
        raise UnreadableImageError("the file ends before its streams") from error
    if 0 in (width, height, rows, columns, count) or at + sum(lengths) > len(data):
        raise UnreadableImageError("the file contains no complete picture")
    streams = []
    for length in lengths:
        streams.append(data[at : at + length])
        at += length
    return CodedPicture(width, height, quality, (rows, columns), (*streams, data[at:]))
