"""VTM, the reference software of VVC: the anchor of the literature, in 4:4:4.

The command lines are those of CompressAI's benchmark (compressai.utils.bench, class VTM): all-intra
configuration of VTM itself, one frame, YCbCr of BT.709 with full range. CompressAI cuts fractions
off when it makes samples of 8 bits, both ways, and has no colour between two of their values: that
keeps its curve below 43.5 dB on a photograph even without any coding. Here samples are rounded and
greys stay grey, and the way there and back has 53 dB. ``vtm-10bit`` hands over 10-bit YCbCr and
takes 10 bits back, so that nothing is lost on the way to and from VTM's 10 internal bits.

One picture takes minutes, see :mod:`llcodec.bench.codecs.cache`.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np

from llcodec.bench.codecs.codec import CodecSettings, check_pixels, whole_quality
from llcodec.bench.codecs.colour import from_ycbcr, to_ycbcr
from llcodec.bench.codecs.programs import TIMEOUT, run_program
from llcodec.bench.codecs.sized import with_size, without_size
from llcodec.bench.codecs.vtm_folder import Vtm
from llcodec.data.pairs import Pixels
from llcodec.errors import InputError, UnreadableImageError

Depth = Literal[8, 10]

# The QPs that CompressAI publishes, without those above 3 bits per pixel.
_QUALITIES = (47, 42, 37, 32, 27, 22, 17)


@dataclass(frozen=True)
class VtmCodec:
    """One intra frame of VVC in 4:4:4, with ``depth`` bits going in and coming out.

    ``timeout`` is how many seconds one run of a program may take.
    """

    vtm: Vtm
    depth: Depth = 8
    qualities: tuple[float, ...] = _QUALITIES
    timeout: float = TIMEOUT

    @property
    def name(self) -> str:
        """What results call it."""
        return "vtm" if self.depth == 8 else "vtm-10bit"

    def settings(self) -> CodecSettings:
        """Return versions and parameters, for the record of a result."""
        encoder = self._encoder("IN", "OUT", "QP", "WIDTH", "HEIGHT")
        encoder[encoder.index("-c") + 1] = self.vtm.configuration.name  # no place of this machine
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
        whole = whole_quality(self.name, quality, 0, 63)
        height, width = pixels.shape[:2]
        with TemporaryDirectory(prefix="llcodec-") as folder:
            raw, coded = Path(folder, "in.yuv"), Path(folder, "out.bin")
            raw.write_bytes(to_ycbcr(pixels, self.depth).astype(self._sample).tobytes())
            command = self._encoder(str(raw), str(coded), str(whole), str(width), str(height))
            run_program(command, timeout=self.timeout)
            return with_size(width, height, _written(coded, "encoder"))

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3. Raises UnreadableImageError if it is none."""
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
        """The type of samples in raw files: VTM takes and gives 16 bits for more than 8."""
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
        raise InputError(f"VTM's {program} ended well and wrote nothing")
    return path.read_bytes()
