"""The functions of the public face: from picture to file, back, and to a brighter picture."""

import threading
from dataclasses import replace
from functools import lru_cache
from os import PathLike, fspath
from pathlib import Path

from PIL import Image

from llcodec import imaging
from llcodec._limits import MAX_PIXELS
from llcodec.codec.codec import DEFAULT_QUALITY, Codec, Target
from llcodec.codec.models import DEFAULT_MODEL, shipped_models
from llcodec.container import Limits, read_header
from llcodec.enhancing.enhancer import Enhancer
from llcodec.enhancing.names import DEFAULT_ENHANCER
from llcodec.errors import UnknownModelError
from llcodec.imaging import Metadata, Picture

# Codecs and enhancers are not to be shared between threads; those cached here are.
_ONE_AT_A_TIME = threading.RLock()


def encode(
    image: Image.Image | Picture | str | PathLike[str],
    quality: float = DEFAULT_QUALITY,
    *,
    target_size: int | None = None,
    target_bpp: float | None = None,
    model: str = DEFAULT_MODEL,
    device: str = "auto",
    strip: bool = False,
    max_pixels: int = MAX_PIXELS,
) -> bytes:
    """Return the ``.llc`` file of a picture.

    Args:
        image: a Pillow image, a Picture, or the path of any file that Pillow reads.
        quality: from 1 to 8; without effect when a target is given.
        target_size: the most bytes that the file may have.
        target_bpp: the most bits per pixel that the file may have.
        model: the name of a shipped model, or the path of a weight file.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        strip: leave EXIF, XMP and the colour profile out.
        max_pixels: limit on width times height.

    Raises:
        InputError: when the image, a quality or a target cannot be used.
        ModelError: when the model cannot.
    """
    picture = _picture(image, max_pixels)
    target = make_target(quality, target_size, target_bpp)
    with _ONE_AT_A_TIME:
        return load_codec(model, device).encode(stripped(picture) if strip else picture, target)


def decode(
    data: bytes,
    *,
    brightness: float = 1.0,
    model: str | None = None,
    device: str = "auto",
    max_pixels: int = MAX_PIXELS,
) -> Image.Image:
    """Return the picture of an ``.llc`` file as a Pillow image.

    Args:
        data: the whole file.
        brightness: 1 for the bright picture, 0 for the picture as it was shot.
        model: the name of a shipped model, or the path of a weight file; by default, the
            shipped one that the file names.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        max_pixels: limit on width times height.

    Raises:
        FormatError: when the file is damaged, or not an ``.llc`` file.
        InputError: when the picture is too large, or the brightness out of its range.
        ModelError: when the model is not at hand, or not the one that the file needs.
    """
    limits = limits_for(max_pixels)
    with _ONE_AT_A_TIME:
        codec = codec_for(data, model, device, limits)
        return imaging.to_pil(codec.decode(data, brightness=brightness, limits=limits))


def enhance(
    image: Image.Image | Picture | str | PathLike[str],
    *,
    model: str = DEFAULT_ENHANCER,
    strength: float = 1.0,
    device: str = "auto",
    max_pixels: int = MAX_PIXELS,
) -> Image.Image:
    """Return a picture made bright and clean as a Pillow image, without a file in between.

    EXIF, XMP and alpha are kept. Pillow has no mode for 16-bit colour: use
    :class:`llcodec.Enhancer` to keep 16 bits.

    Args:
        image: a Pillow image, a Picture, or the path of any file that Pillow reads.
        model: ``joint`` (the network of the codec), the name of a shipped model, or the path of a
            weight file of NeRCo or of a codec.
        strength: 1 for the enhanced picture, 0 for the picture as it is; light is mixed between.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        max_pixels: limit on width times height.

    Raises:
        InputError: when the image or the strength cannot be used.
        ModelError: when the model cannot.
    """
    picture = _picture(image, max_pixels)
    with _ONE_AT_A_TIME:
        return imaging.to_pil(load_enhancer(model, device).enhance(picture, strength))


def _picture(image: Image.Image | Picture | str | PathLike[str], max_pixels: int) -> Picture:
    if isinstance(image, Picture):
        return image
    if isinstance(image, Image.Image):
        return imaging.from_pil(image, max_pixels=max_pixels)
    return imaging.read_picture(Path(fspath(image)), max_pixels=max_pixels)


def make_target(quality: float | None, size: int | None, bpp: float | None) -> Target:
    """Return what to aim at: a size or a rate if there is one, else the quality."""
    return Target(None if (size, bpp) != (None, None) else quality, size, bpp)


def stripped(picture: Picture) -> Picture:
    """Return a picture without its EXIF, XMP and colour profile."""
    return replace(picture, metadata=Metadata())


@lru_cache(maxsize=2)
def load_codec(model: str, device: str) -> Codec:
    """Return a codec, kept from one call to the next."""
    return Codec(model, device=device)


@lru_cache(maxsize=2)
def load_enhancer(model: str, device: str) -> Enhancer:
    """Return an enhancer, kept from one call to the next."""
    return Enhancer(model, device=device)


def codec_for(data: bytes, model: str | None, device: str, limits: Limits) -> Codec:
    """Return the codec that a file needs: of ``model``, or else of the one its header names.

    Raises:
        FormatError: when the header is damaged.
        ModelError: when no such model is shipped. The name in a file is never taken for a path.
    """
    if model is None:
        model = read_header(data, limits).model_name
        if model not in shipped_models():
            raise UnknownModelError(
                f"the file was made with the model {model!r}, which does not ship with llcodec: "
                "give the path of its weight file (--model)"
            )
    return load_codec(model, device)


def limits_for(max_pixels: int) -> Limits:
    """Return the limits of a reader that takes pictures of up to ``max_pixels``."""
    usual = Limits()
    alpha = usual.max_alpha * max_pixels // usual.max_pixels
    return Limits(max_pixels=max_pixels, max_alpha=max(usual.max_alpha, alpha))
