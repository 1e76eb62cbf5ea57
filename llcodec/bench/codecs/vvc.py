"""VVC through ffmpeg: libvvenc encodes, ffmpeg's own decoder decodes.

libvvenc encodes **4:2:0 only**, with 10 bits: at high rates, colour at half the resolution limits
the PSNR of RGB (to about 49 dB on photographs). VTM has 4:4:4.
"""

import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from llcodec._arrays import Pixels
from llcodec._extras import require
from llcodec.bench.interfaces import CodecSettings, check_pixels, integer_quality
from llcodec.bench.programs import TIMEOUT, run_program
from llcodec.errors import InputError, UnreadableImageError

Preset = Literal["faster", "fast", "medium", "slow", "slower"]

_SMALLEST = 32  # pixels of a side; libvvenc fails on pictures of 16
# Exact rounding and a long kernel for colour: with the defaults of swscale, the conversion to 4:2:0
# and back loses more than coding does at high rates (45 dB instead of 49).
_SCALING = "flags=lanczos+accurate_rnd+full_chroma_int+full_chroma_inp"
_TO_YCBCR = f"scale=out_color_matrix=bt709:out_range=full:{_SCALING},format=yuv420p10le"
_TO_RGB = f"scale=in_color_matrix=bt709:in_range=full:{_SCALING},format=rgb24"
_QUIET = ("-v", "error", "-nostats")


@dataclass(frozen=True)
class VvcCodec:
    """One intra frame of VVC, BT.709 with full range, tuned for squared error.

    ``preset`` is that of libvvenc, whose default is ``medium``; ``fast`` takes a quarter of the
    time, and 3 % more bits for 0.15 dB less. ``timeout`` is the limit of one run of ffmpeg, in
    seconds.

    The environment variable ``IMAGEIO_FFMPEG_EXE`` of imageio-ffmpeg selects another ffmpeg. On
    Windows this is necessary, because the ffmpeg of imageio-ffmpeg 0.8.1 has no libvvenc there.

    Raises InputError if imageio-ffmpeg is not installed, or its ffmpeg has no libvvenc.
    """

    preset: Preset = "medium"
    qualities: tuple[float, ...] = (52, 47, 42, 37, 32, 28, 24, 20)
    timeout: float = TIMEOUT

    def __post_init__(self) -> None:
        encoders = self._run("-hide_banner", "-encoders").decode()
        if "libvvenc" not in encoders:
            raise InputError("this ffmpeg was built without libvvenc, so it cannot write VVC")

    @property
    def name(self) -> str:
        """The name in results."""
        return "vvc" if self.preset == "medium" else f"vvc-{self.preset}"

    @cached_property
    def _ffmpeg(self) -> str:
        imageio_ffmpeg = require("imageio_ffmpeg", "bench")
        try:
            return str(imageio_ffmpeg.get_ffmpeg_exe())
        except RuntimeError as error:
            raise InputError(f"no ffmpeg found: {error}") from error

    def settings(self) -> CodecSettings:
        """Return versions and parameters, as results record them."""
        said = self._run("-version").decode(errors="replace").split()
        return CodecSettings(
            quality="QP of libvvenc, 63 (smallest files) to 0",
            chroma="4:2:0",
            versions={"ffmpeg": said[2]},
            parameters={
                "encoder": " ".join(_encoder("QP", self.preset)),
                "to YCbCr": _TO_YCBCR,
                "to RGB": _TO_RGB,
                "size": "4 bytes before the stream; sides even and at least 32 by repeating edges",
            },
        )

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the file of a picture, H×W×3; ``quality`` is the QP.

        Raises QualityError, or InputError if the picture is too large or libvvenc fails.
        """
        check_pixels(pixels)
        level = integer_quality(self.name, quality, 0, 63)
        height, width = pixels.shape[:2]
        padded = _padded(pixels)
        size = f"{padded.shape[1]}x{padded.shape[0]}"
        raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", "1", "-i", "pipe:0")
        coding = ("-vf", _TO_YCBCR, *_encoder(str(level), self.preset), "-f", "vvc", "pipe:1")
        stream = self._run(*_QUIET, *raw, *coding, given=padded.tobytes())
        return with_size(width, height, stream)

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3. Raises UnreadableImageError if it is not one."""
        width, height, stream = without_size(data)
        coded = ("-f", "vvc", "-i", "pipe:0", "-vf", _TO_RGB, "-f", "rawvideo", "pipe:1")
        try:
            raw = self._run(*_QUIET, *coded, given=stream)
        except InputError as error:
            raise UnreadableImageError(f"not a file that {self.name} made: {error}") from error
        rows, columns = _coded(height), _coded(width)
        if len(raw) != rows * columns * 3:
            raise UnreadableImageError(f"not a file that {self.name} made: wrong size")
        padded = np.frombuffer(raw, np.uint8).reshape(rows, columns, 3)
        return padded[:height, :width].copy()

    def _run(self, *options: str, given: bytes = b"") -> bytes:
        return run_program([self._ffmpeg, *options], given, self.timeout)


def _encoder(quality: str, preset: str) -> tuple[str, ...]:
    """Return the options of libvvenc for one frame, without perceptual tuning."""
    intra = "intraperiod=1:gopsize=1"
    tuned = ("-qp", quality, "-qpa", "0", "-preset", preset, "-vvenc-params", intra)
    return ("-c:v", "libvvenc", *tuned, "-threads", "1")


def _padded(pixels: Pixels) -> Pixels:
    """Return the picture, padded by repeating its edges to a size that libvvenc supports."""
    height, width = pixels.shape[:2]
    more = (0, _coded(height) - height), (0, _coded(width) - width), (0, 0)
    return np.pad(pixels, more, mode="edge")


def _coded(side: int) -> int:
    """Return the coded length of a side, in pixels."""
    return max(_SMALLEST, side + side % 2)


_SIZE = struct.Struct(">HH")  # width, height
LARGEST = 65535
"""The largest width and height."""


def with_size(width: int, height: int, stream: bytes) -> bytes:
    """Return the file of a stream. Raises InputError if the picture is too large."""
    if max(width, height) > LARGEST:
        raise InputError(f"{width}×{height} pixels are too many for one stream")
    return _SIZE.pack(width, height) + stream


def without_size(data: bytes) -> tuple[int, int, bytes]:
    """Return width, height and stream of a file.

    Raises UnreadableImageError if it is too short, or a side is 0.
    """
    if len(data) <= _SIZE.size:
        raise UnreadableImageError("the file is too short to contain a stream")
    width, height = _SIZE.unpack_from(data)
    if 0 in (width, height):
        raise UnreadableImageError("the file contains a picture without pixels")
    return width, height, data[_SIZE.size :]
