"""The pictures of the golden files, all from seeded noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from llcodec._arrays import Pixels
from llcodec.imaging import Metadata, Picture


@dataclass(frozen=True)
class Case:
    """A picture, and how it is coded."""

    name: str
    what: str
    model: str
    picture: Picture
    quality: float = 4.0
    tile_size: int = 2048
    as_shot: bool = False


def smooth_picture(height: int, width: int, seed: int = 0, white: float = 255) -> Pixels:
    """Return a random picture whose spectrum falls as that of photographs does."""
    rng = np.random.default_rng(seed)
    rows, columns = max(height, 160), max(width, 160)
    frequency = np.hypot(
        *np.meshgrid(np.fft.fftfreq(rows), np.fft.rfftfreq(columns), indexing="ij")
    )
    spectrum = np.fft.rfft2(rng.normal(size=(4, rows, columns))) / (frequency + 0.01) ** 2
    planes = np.fft.irfft2(spectrum, (rows, columns))
    planes = (planes / planes.std((1, 2), keepdims=True)).transpose(1, 2, 0)
    colour = planes[..., :1] + 0.3 * planes[..., 1:]
    bright = (0.5 + 0.18 * colour).clip(0, 1)[:height, :width]
    samples: Pixels = (bright * white).round().astype(np.uint8)
    return samples


def cases(tiny: str, serial: str) -> list[Case]:
    """Return all pictures, for the models of these names."""
    odd, grey = _dark(33, 17, 40), _dark(24, 40, 41)
    deep = smooth_picture(24, 40, 42).astype(np.uint16) * 77 + _ramp(24, 40)[..., None] % 77
    plain = np.repeat(grey[..., :1], 3, 2)
    return [
        Case("one-pixel", "1×1", tiny, Picture(_dark(1, 1, 43))),
        Case("odd-q1", "17×33 at quality 1", tiny, Picture(odd), 1.0),
        Case("odd-q4.5", "17×33 at quality 4.5", tiny, Picture(odd), 4.5, as_shot=True),
        Case("odd-q8", "17×33 at quality 8", tiny, Picture(odd), 8.0),
        Case("wide", "300×5", tiny, Picture(_dark(5, 300, 44))),
        Case("tall", "5×300", tiny, Picture(_dark(300, 5, 45))),
        Case("tiles", "150×200 in 12 tiles", tiny, Picture(_dark(200, 150, 46)), 4.5, 64),
        Case("black", "all black", tiny, Picture(np.zeros((48, 48, 3), np.uint8))),
        Case("noise", "white noise at quality 8", tiny, Picture(_noise(40, 40, 47)), 8.0),
        Case("grey", "one channel", tiny, Picture(plain, grey=True)),
        Case("deep", "16 bits", tiny, Picture(deep), 8.0),
        Case("deep-grey", "16 bits, one channel", tiny, _deep_grey(deep)),
        Case("alpha", "8-bit alpha", tiny, Picture(grey, _ramp(24, 40).astype(np.uint8))),
        Case("deep-alpha", "16-bit alpha", tiny, Picture(deep, _ramp(24, 40))),
        Case("metadata", "EXIF, ICC and XMP", tiny, Picture(grey, metadata=_metadata())),
        Case("serial-one-pixel", "1×1, serial", serial, Picture(_dark(1, 1, 43))),
        Case("serial", "75×45, serial", serial, Picture(_dark(45, 75, 48))),
        Case("serial-tiles", "130×70 in 6 tiles, serial", serial, _dark_alpha(), tile_size=64),
    ]


def _dark(height: int, width: int, seed: int) -> Pixels:
    return smooth_picture(height, width, seed, white=80)


def _noise(height: int, width: int, seed: int) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def _ramp(height: int, width: int) -> NDArray[np.uint16]:
    """Return a plane that goes through its values, with a hole in it."""
    ramp = (np.arange(height * width, dtype=np.uint32) * 67 % 65536).astype(np.uint16)
    plane = ramp.reshape(height, width)
    plane[height // 3 : height // 2, width // 3 : width // 2] = 0
    return plane


def _deep_grey(deep: NDArray[np.uint16]) -> Picture:
    return Picture(np.repeat(deep[..., :1], 3, 2), _ramp(24, 40), grey=True)


def _dark_alpha() -> Picture:
    return Picture(_dark(70, 130, 49), np.full((70, 130), 200, np.uint8))


def _metadata() -> Metadata:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112], exif[0x0132] = "golden", 1, "2000:01:01 00:00:00"
    icc = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    icc[24:36] = bytes([7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])  # the date that it was made
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- golden --></x:xmpmeta>'
    return Metadata(exif.tobytes().removeprefix(b"Exif\0\0"), bytes(icc), xmp)
