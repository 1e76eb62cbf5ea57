"""VTM, the reference software of VVC: the anchor of the literature, in 4:4:4.

The command lines are those of CompressAI's benchmark (compressai.utils.bench, class VTM): the
all-intra configuration of VTM, one frame, YCbCr of BT.709 with full range. CompressAI truncates
samples to 8 bits in both directions, and its zero of colour lies between two sample values. This
limits its curve to 43.5 dB on a photograph even without coding. Here samples are rounded and greys
stay grey, which limits it to 53 dB. ``vtm-10bit`` passes 10-bit YCbCr to VTM and back, so that
nothing is lost on the way to and from its 10 internal bits.

One picture takes minutes, so runs are cached, see :mod:`llcodec.bench.codecs.cache`.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Pixels
from llcodec._checksums import sha256_of
from llcodec.bench.codecs.vvc import with_size, without_size
from llcodec.bench.interfaces import CodecSettings, check_pixels, integer_quality
from llcodec.bench.programs import TIMEOUT, run_program
from llcodec.errors import InputError, UnreadableImageError

Depth = Literal[8, 10]

# The QPs that CompressAI publishes, without those above 3 bits per pixel.
_QUALITIES = (47, 42, 37, 32, 27, 22, 17)


VARIABLE = "LLC_VTM_DIR"
"""The environment variable with the folder of VTM, used if no folder is given."""

_CONFIGURATION = "encoder_intra_vtm.cfg"
_VERSION = re.compile(rb"VTM Encoder Version (\S+)")


@dataclass(frozen=True)
class Vtm:
    """The paths of the encoder, the decoder, and the configuration for single pictures."""

    encoder: Path
    decoder: Path
    configuration: Path

    def version(self, timeout: float = TIMEOUT) -> str:
        """Return the version that the encoder prints.

        Raises InputError if it fails, or takes longer than ``timeout`` seconds.
        """
        said = _VERSION.search(run_program([str(self.encoder), "--help"], timeout=timeout))
        return said[1].decode() if said else "unknown"

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each of the three files, by its role."""
        return {
            name: sha256_of(path)
            for name, path in (
                ("encoder", self.encoder),
                ("decoder", self.decoder),
                ("configuration", self.configuration),
            )
        }


def find_vtm(folder: Path | None = None) -> Vtm:
    """Find VTM in a folder, which may be its source tree after a build, or contain its programs.

    Args:
        folder: by default that of ``LLC_VTM_DIR``.

    Raises InputError if something is missing; the message says what.
    """
    named = os.environ.get(VARIABLE)
    if folder is None and named:
        folder = Path(named)
    if folder is None:
        raise InputError(
            "VTM was not found: build it, and give its folder with --vtm or "
            f"{VARIABLE} (EncoderAppStatic, DecoderAppStatic and cfg/{_CONFIGURATION})"
        )
    return Vtm(
        encoder=_program(folder, "EncoderApp"),
        decoder=_program(folder, "DecoderApp"),
        configuration=_first(
            folder,
            _CONFIGURATION,
            (f / _CONFIGURATION for f in (folder / "cfg", folder, folder.parent / "cfg")),
        ),
    )


def _program(folder: Path, name: str) -> Path:
    names = (f"{name}Static", name, f"{name}Static.exe", f"{name}.exe")
    return _first(folder, name, (place / n for place in _places(folder) for n in names))


def _places(folder: Path) -> Iterator[Path]:
    yield from (folder, folder / "bin")
    # The build of VTM puts them here on some systems: bin/umake/COMPILER/PROCESSOR/release.
    yield from sorted((folder / "bin" / "umake").glob("*/*/release"))


def _first(folder: Path, what: str, candidates: Iterator[Path]) -> Path:
    for path in candidates:
        if path.is_file():
            return path
    raise InputError(f"{folder} has no {what}: it must be a folder of VTM with its programs built")


# Rec. ITU-R BT.709-6, 3.2: the weights of red and blue in luma.
_RED, _BLUE = 0.2126, 0.0722
_GREEN = 1 - _RED - _BLUE

Planes = NDArray[np.uint16]
"""The planes Y, Cb and Cr, 3×H×W, in the full range of their bit depth."""


def to_ycbcr(pixels: Pixels, depth: int) -> Planes:
    """Return the planes of a picture H×W×3 8-bit RGB, rounded to ``depth`` bits.

    Full range as in Rec. ITU-R H.273: the zero of Cb and Cr is 2^(depth − 1), so greys stay grey.
    """
    red, green, blue = np.moveaxis(pixels.astype(np.float64) / 255, 2, 0)
    y = _RED * red + _GREEN * green + _BLUE * blue
    cb, cr = 0.5 * (blue - y) / (1 - _BLUE), 0.5 * (red - y) / (1 - _RED)
    white = 2**depth - 1
    planes = np.stack((y, cb, cr)) * white + _zero(depth)
    rounded: Planes = planes.round().clip(0, white).astype(np.uint16)
    return rounded


def from_ycbcr(planes: Planes, depth: int) -> Pixels:
    """Return the picture, rounded to H×W×3 8-bit RGB, of planes with ``depth`` bits each."""
    y, cb, cr = (planes.astype(np.float64) - _zero(depth)) / (2**depth - 1)
    red = y + (2 - 2 * _RED) * cr
    blue = y + (2 - 2 * _BLUE) * cb
    green = (y - _RED * red - _BLUE * blue) / _GREEN
    pixels = np.stack((red, green, blue), axis=2).clip(0, 1)
    return (pixels * 255).round().astype(np.uint8)


def _zero(depth: int) -> NDArray[np.float64]:
    """Return the zero of each plane, 3×1×1."""
    half = 2.0 ** (depth - 1)
    return np.array([0.0, half, half])[:, None, None]


@dataclass(frozen=True)
class VtmCodec:
    """One intra frame of VVC in 4:4:4, with input and output of ``depth`` bits.

    ``timeout`` is the limit of one run of a program, in seconds.
    """

    vtm: Vtm
    depth: Depth = 8
    qualities: tuple[float, ...] = _QUALITIES
    timeout: float = TIMEOUT

    @property
    def name(self) -> str:
        """The name in results."""
        return "vtm" if self.depth == 8 else "vtm-10bit"

    def settings(self) -> CodecSettings:
        """Return versions and parameters, as results record them."""
        encoder = self._encoder("IN", "OUT", "QP", "WIDTH", "HEIGHT")
        encoder[encoder.index("-c") + 1] = self.vtm.configuration.name  # no path of this machine
        return CodecSettings(
            quality="QP of VTM, 63 (smallest files) to 0",
            chroma="4:4:4",
            versions={"VTM": self.vtm.version(self.timeout)},
            parameters={
                "encoder": " ".join(encoder[1:]),
                "decoder": " ".join(self._decoder("IN", "OUT")[1:]),
                "colour": f"YCbCr of BT.709, full range (H.273), {self.depth} bits, rounded",
                "size": "4 bytes before the stream",
                **{f"SHA-256 of {name}": digest for name, digest in self.vtm.hashes().items()},
            },
        )

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the file of a picture, H×W×3; ``quality`` is the QP.

        Raises QualityError, or InputError if the picture is too large or VTM fails.
        """
        check_pixels(pixels)
        level = integer_quality(self.name, quality, 0, 63)
        height, width = pixels.shape[:2]
        with TemporaryDirectory(prefix="llcodec-") as folder:
            raw, coded = Path(folder, "in.yuv"), Path(folder, "out.bin")
            raw.write_bytes(to_ycbcr(pixels, self.depth).astype(self._sample).tobytes())
            command = self._encoder(str(raw), str(coded), str(level), str(width), str(height))
            run_program(command, timeout=self.timeout)
            return with_size(width, height, _written(coded, "encoder"))

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3. Raises UnreadableImageError if it is not one."""
        width, height, stream = without_size(data)
        with TemporaryDirectory(prefix="llcodec-") as folder:
            coded, raw = Path(folder, "in.bin"), Path(folder, "out.yuv")
            coded.write_bytes(stream)
            try:
                run_program(self._decoder(str(coded), str(raw)), timeout=self.timeout)
                samples = np.frombuffer(_written(raw, "decoder"), self._sample)
            except (InputError, ValueError) as error:
                raise UnreadableImageError(f"not a file that {self.name} made: {error}") from error
        if samples.size != 3 * height * width:
            raise UnreadableImageError(f"not a file that {self.name} made: wrong size")
        return from_ycbcr(samples.reshape(3, height, width).astype(np.uint16), self.depth)

    @property
    def _sample(self) -> np.dtype[np.unsignedinteger]:
        """The type of samples in raw files: VTM reads and writes 16 bits for depths above 8."""
        return np.dtype("u1" if self.depth == 8 else "<u2")

    def _encoder(self, raw: str, coded: str, qp: str, width: str, height: str) -> list[str]:
        return [
            str(self.vtm.encoder),
            *("-i", raw, "-c", str(self.vtm.configuration)),
            *("-q", qp, "-o", os.devnull, "-b", coded),
            *("-wdt", width, "-hgt", height, "-fr", "1", "-f", "1"),
            "--InputChromaFormat=444",
            f"--InputBitDepth={self.depth}",
            "--ConformanceWindowMode=1",
        ]

    def _decoder(self, coded: str, raw: str) -> list[str]:
        return [str(self.vtm.decoder), "-b", coded, "-o", raw, "-d", str(self.depth)]


def _written(path: Path, program: str) -> bytes:
    if not path.is_file():
        raise InputError(f"VTM's {program} succeeded but wrote no file")
    return path.read_bytes()
