"""The public functions: encode, decode and enhance."""

import math
import threading
from dataclasses import replace
from functools import lru_cache
from numbers import Real
from os import PathLike, fspath
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from llcodec import imaging
from llcodec._file_sizes import parse_size
from llcodec._limits import MAX_PIXELS
from llcodec._reading import FileSource, names_file, read_source
from llcodec._shipped import check_installed
from llcodec.codec.codec import DEFAULT_QUALITY, Codec, Target
from llcodec.codec.models import DEFAULT_MODEL, shipped_models
from llcodec.container import Limits, read_header
from llcodec.enhancing.enhancer import Enhancer
from llcodec.enhancing.names import DEFAULT_ENHANCER
from llcodec.errors import (
    FormatError,
    InputError,
    QualityError,
    TooManyPixelsError,
    UnknownModelError,
)
from llcodec.imaging import Metadata, Picture

ONE_AT_A_TIME = threading.RLock()
"""Held while a cached codec or enhancer is used: two threads must not use one at once."""

ImageSource = (
    Image.Image
    | Picture
    | NDArray[np.uint8 | np.uint16]
    | str
    | PathLike[str]
    | bytes
    | bytearray
    | memoryview
    | BinaryIO
)
"""An image of Pillow, a Picture, an H×W×3 array, or an image file: its path, bytes or object."""


def encode(
    image: ImageSource,
    quality: float = DEFAULT_QUALITY,
    *,
    target_size: int | str | None = None,
    target_bpp: float | None = None,
    effort: int = 0,
    model: str | PathLike[str] = DEFAULT_MODEL,
    engine: str = "auto",
    device: str = "auto",
    strip: bool = False,
    max_pixels: int = MAX_PIXELS,
) -> bytes:
    """Encode an image as an ``.llc`` file.

    Args:
        image: an image of Pillow, a Picture, an H×W×3 array of sRGB samples (uint8 or uint16), or
            an image file that Pillow reads: its path, its bytes or a binary file object.
        quality: from 1 to 8; not used if a target is given.
        target_size: the most bytes that the file may have; a number, or a text such as ``"40kB"``.
        target_bpp: the most bits per pixel that the file may have.
        effort: from 0 to 9: how long to search for a better image for the same bits. 3 takes about
            10 times as long as 0, 9 about 60 times.
        model: the name of a shipped model, or the path of a weight file.
        engine: what runs the networks: ``onnx``, ``torch``, or ``auto``, which is ONNX Runtime
            unless only PyTorch has the device.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``, ``directml`` or ``coreml``.
        strip: drop EXIF, XMP and the colour profile.
        max_pixels: limit on width times height.

    Returns:
        The file.

    Raises:
        InputError: when the image, the quality or a target cannot be used.
        ModelError: when the model cannot be used.
        TypeError: when an argument has a wrong type.
    """
    picture = as_picture(image, max_pixels)
    target = make_target(quality, target_size, target_bpp)
    with ONE_AT_A_TIME:
        codec = load_codec(_text("model", model), device, engine)
        picture = stripped(picture) if strip else picture
        return codec.encode(picture, target, effort=effort)


def decode(
    file: FileSource,
    *,
    brightness: float = 1.0,
    exposure: float = 0.0,
    black_point: float = 0.0,
    detail: float = 0.0,
    look: str | PathLike[str] | None = None,
    model: str | PathLike[str] | None = None,
    engine: str = "auto",
    device: str = "auto",
    max_pixels: int = MAX_PIXELS,
) -> Image.Image:
    """Decode an ``.llc`` file as an image of Pillow.

    Args:
        file: its path, its bytes, or a binary file object.
        brightness: 1 for the bright image, 0 for the photograph as it was shot; up to 2, which
            brightens by twice as many stops.
        exposure: stops to add, from -4 to 4; 1 doubles the light.
        black_point: level of the image that is made black, from 0 to 64 of 255; white stays white.
        detail: from 0, the image with the smallest error, to 1, that of a look, which has more
            texture. Above 0, the model of the file needs a look.
        look: the path of the file of a look; by default, the shipped one of the model.
        model: the name of a shipped model, or the path of a weight file; by default, the shipped
            one that the file names.
        engine: what runs the networks: ``onnx``, ``torch``, or ``auto``, which is ONNX Runtime
            unless only PyTorch has the device.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``, ``directml`` or ``coreml``.
        max_pixels: limit on width times height.

    Returns:
        The image in sRGB, with EXIF and XMP in its ``info``.

    Raises:
        FormatError: when the file is damaged, or not an ``.llc`` file.
        InputError: when the file cannot be read, the image is too large, or the brightness, the
            exposure or the detail out of its range.
        ModelError: when the model or its look is missing, or not the one that the file needs.
        TypeError: when an argument has a wrong type.
    """
    with names_file(file, InputError):
        data = read_source(file)
    limits = limits_for(max_pixels)
    with names_file(file, FormatError), ONE_AT_A_TIME:
        name = None if model is None else _text("model", model)
        shown = None if look is None else _text("look", look)
        codec = codec_for(data, name, device, limits, engine, _number("detail", detail), shown)
        picture = codec.decode(
            data,
            brightness=_number("brightness", brightness),
            exposure=_number("exposure", exposure),
            black_point=_number("black_point", black_point),
            limits=limits,
        )
        return imaging.to_pil(picture)


def enhance(
    image: ImageSource,
    *,
    model: str | PathLike[str] = DEFAULT_ENHANCER,
    strength: float = 1.0,
    exposure: float = 0.0,
    black_point: float = 0.0,
    engine: str = "auto",
    device: str = "auto",
    max_pixels: int = MAX_PIXELS,
) -> Image.Image:
    """Make an image bright and clean, without a file in between.

    EXIF, XMP and alpha are kept. Pillow has no mode for 16-bit colour: use
    :class:`llcodec.Enhancer` to keep 16 bits.

    Args:
        image: as for :func:`encode`.
        model: ``joint`` (the network of the codec), the name of a shipped model, or the path of a
            weight file of an enhancer or a codec.
        strength: 1 for the enhanced image, 0 for the unchanged image; between, they are
            mixed in linear light.
        exposure: stops to add to the enhanced image, from -4 to 4; 1 doubles the light.
        black_point: level of the image that is made black, from 0 to 64 of 255; white stays white.
        engine: what runs the networks: ``onnx``, ``torch``, or ``auto``, which is ONNX Runtime
            unless only PyTorch has the device.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``, ``directml`` or ``coreml``.
        max_pixels: limit on width times height.

    Returns:
        The image in sRGB.

    Raises:
        InputError: when the image, the strength or the exposure cannot be used.
        ModelError: when the model cannot be used.
        TypeError: when an argument has a wrong type.
    """
    picture = as_picture(image, max_pixels)
    with ONE_AT_A_TIME:
        enhancer = load_enhancer(_text("model", model), device, engine)
        bright = enhancer.enhance(
            picture,
            _number("strength", strength),
            exposure=_number("exposure", exposure),
            black_point=_number("black_point", black_point),
        )
        return imaging.to_pil(bright)


def as_picture(image: ImageSource, max_pixels: int) -> Picture:
    """Convert any input of :func:`encode` to a picture.

    Raises:
        InputError: when it cannot be read, or has more than ``max_pixels``.
        TypeError: when it is not one of these.
    """
    if isinstance(image, Picture):
        return image
    if isinstance(image, Image.Image):
        return imaging.from_pil(image, max_pixels=max_pixels)
    if isinstance(image, np.ndarray):
        return _picture_of_array(image, max_pixels)
    if isinstance(image, str | PathLike):
        with names_file(image, InputError):
            return imaging.read_picture(Path(fspath(image)), max_pixels=max_pixels)
    if isinstance(image, bytes | bytearray | memoryview):
        return imaging.read_picture(bytes(image), max_pixels=max_pixels)
    if not callable(getattr(image, "read", None)):
        raise TypeError(
            "an image must be given as an image of Pillow, a Picture, an H×W×3 array, a path, "
            f"bytes or a binary file object, not as {type(image).__name__}"
        )
    return imaging.read_picture(read_source(image), max_pixels=max_pixels)


def _picture_of_array(array: NDArray[Any], max_pixels: int) -> Picture:
    native = array.dtype.newbyteorder("=")
    if native not in (np.uint8, np.uint16):
        raise TypeError(
            "an array of samples must be uint8 (0 to 255) or uint16 (0 to 65535), "
            f"not {array.dtype}"
        )
    if array.ndim != 3 or array.shape[2] != 3 or array.size == 0:
        shape = "×".join(map(str, array.shape))
        raise InputError(f"an array of samples must be H×W×3 (RGB), not {shape}")
    height, width = array.shape[:2]
    if height * width > max_pixels:
        raise TooManyPixelsError(
            f"{width}×{height} is {width * height:,} pixels, above the limit of {max_pixels:,}"
        )
    return Picture(np.ascontiguousarray(array, native))


def _text(name: str, value: str | PathLike[str]) -> str:
    """Return a name or a path as text; raises TypeError if it is neither."""
    if not isinstance(value, str | PathLike):
        raise TypeError(f"{name} must be a name or a path, not {type(value).__name__}")
    return fspath(value)


def _number(name: str, value: float) -> float:
    """Return ``value`` as a float. Raises TypeError if it is not a number."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    return float(value)


def make_target(quality: float, size: float | str | None, bpp: float | None) -> Target:
    """Return the target: a size or a rate if one is given, else the quality.

    Raises:
        QualityError: when both are given, or one is out of its range.
        TypeError: when one is not a number (or, for a size, a text such as ``"40kB"``).
    """
    if size is None and bpp is None:
        return Target(_number("quality", quality))
    if isinstance(size, str):
        try:
            size = parse_size(size)
        except ValueError as error:
            raise QualityError(str(error)) from None
    elif size is not None:
        size = _number("target_size", size)
        if not math.isfinite(size):
            raise QualityError(f"target_size must be finite, not {size}")
    size = None if size is None else math.floor(size)
    return Target(size=size, bpp=None if bpp is None else _number("target_bpp", bpp))


def stripped(picture: Picture) -> Picture:
    """Return a picture without its EXIF, XMP and colour profile."""
    return replace(picture, metadata=Metadata())


@lru_cache(maxsize=2)
def load_codec(
    model: str, device: str, engine: str = "auto", detail: float = 0.0, look: str | None = None
) -> Codec:
    """Return a codec, cached between calls."""
    return Codec(model, engine=engine, device=device, detail=detail, look=look)


@lru_cache(maxsize=2)
def load_enhancer(model: str, device: str, engine: str = "auto") -> Enhancer:
    """Return an enhancer, cached between calls."""
    return Enhancer(model, engine=engine, device=device)


def codec_for(
    data: bytes,
    model: str | None,
    device: str,
    limits: Limits,
    engine: str = "auto",
    detail: float = 0.0,
    look: str | None = None,
) -> Codec:
    """Return the codec that a file needs: of ``model``, or else of the one its header names.

    Raises:
        FormatError: when the header is damaged.
        ModelError: when no such model is shipped. The name in a file is never used as a path.
    """
    if model is None:
        model = read_header(data, limits).model_name
        if model not in shipped_models():
            check_installed(model)
            raise UnknownModelError(
                f"the file was made with the model {model!r}, which does not ship with llcodec: "
                "give the path of its weight file (--model)"
            )
    return load_codec(model, device, engine, detail, look)


def limits_for(max_pixels: int) -> Limits:
    """Return the limits of a reader that accepts pictures of up to ``max_pixels``."""
    usual = Limits()
    alpha = usual.max_alpha * max_pixels // usual.max_pixels
    return Limits(max_pixels=max_pixels, max_alpha=max(usual.max_alpha, alpha))
