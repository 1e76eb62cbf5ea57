"""Models of CompressAI: cheng2020-anchor, which the joint network is built on, and its siblings.

What is measured are real streams: ``compress`` and ``decompress`` with CompressAI's own entropy
coder, on the processor (it is no use to autoregressive models on a GPU), one file for each picture.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from llcodec._arrays import Pixels
from llcodec.bench.codecs.compressai_weights import (
    MODELS,
    fetch_weights,
    hash_of,
    read_weights,
    weight_files,
    zoo,
)
from llcodec.bench.interfaces import CodecSettings, check_pixels
from llcodec.errors import BrokenModelError, InputError, QualityError, UnreadableImageError

_MULTIPLE = 64  # pixels of one hyper-latent


class CompressaiCodec:
    """One architecture of the zoo; each quality is a network of its own, loaded when it is needed.

    ``path`` leads to weights (see :func:`~llcodec.bench.codecs.compressai_weights.weight_files`);
    without one, they are fetched from the zoo.
    Raises InputError if CompressAI is not installed, or has no such model, UnknownModelError.
    """

    def __init__(self, architecture: str, path: Path | None = None) -> None:
        if architecture not in MODELS:
            raise InputError(f"CompressAI's zoo has {', '.join(MODELS)}, not {architecture!r}")
        self._architecture = zoo().model_architectures[architecture]
        self._name = architecture
        self._files = None if path is None else weight_files(architecture, path)
        urls: dict[int, str] = zoo().model_urls[architecture]["mse"]
        self._urls = {} if self._files is not None else urls
        self._models: dict[int, Any] = {}

    @property
    def name(self) -> str:
        """The name in results."""
        return self._name

    @property
    def qualities(self) -> tuple[float, ...]:
        """All qualities that there are weights of."""
        return tuple(self._urls if self._files is None else self._files)

    def channels(self, quality: float) -> int:
        """Return N, the width of the network of a quality. Raises as :meth:`at` does."""
        return int(self.at(quality).N)

    def settings(self) -> CodecSettings:
        """Return versions and parameters, as results record them."""
        if self._files is None:
            weights = {f"weights {q}": url.rpartition("/")[2] for q, url in self._urls.items()}
        else:
            weights = {
                f"weights {q}": f"{file.name}, SHA-256 {hash_of(file)}"
                for q, file in self._files.items()
            }
        return CodecSettings(
            quality="number of the weights in the zoo, trained for squared error",
            chroma="RGB",
            versions={"compressai": version("compressai"), "torch": torch.__version__},
            parameters={"padding": f"edges repeated to multiples of {_MULTIPLE}", **weights},
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
        more = (0, -width % _MULTIPLE, 0, -height % _MULTIPLE)
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
            raise UnreadableImageError(f"the file has a quality that {self.name} has not")
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
        model.update()  # makes the tables of probabilities where the weights came without them
        return model.eval()


# Width, height, height and width of the last latents, quality, number of streams.
_HEAD = struct.Struct(">HHHHBB")
_LENGTH = struct.Struct(">I")  # of each stream but the last, which goes to the end
_LARGEST = 65535


@dataclass(frozen=True)
class CodedPicture:
    """What ``decompress`` needs, and which weights.

    Attributes:
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        quality: 0 to 255, that of the weights.
        shape: height and width of the latents that the streams' ``shape`` speaks of.
        streams: one for each entropy model, the latents' before the hyper-latents'.
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
    """Return what a file holds. Raises UnreadableImageError if it is not one."""
    try:
        width, height, rows, columns, quality, count = _HEAD.unpack_from(data)
        at = _HEAD.size + _LENGTH.size * max(0, count - 1)
        lengths = struct.unpack_from(f">{max(0, count - 1)}I", data, _HEAD.size)
    except struct.error as error:
        raise UnreadableImageError("the file ends before its streams") from error
    if 0 in (width, height, rows, columns, count) or at + sum(lengths) > len(data):
        raise UnreadableImageError("the file holds no picture, or not all of it")
    streams = []
    for length in lengths:
        streams.append(data[at : at + length])
        at += length
    return CodedPicture(width, height, quality, (rows, columns), (*streams, data[at:]))
