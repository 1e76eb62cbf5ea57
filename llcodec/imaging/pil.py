"""Convert a :class:`Picture` to a Pillow image."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from llcodec._metadata import Metadata
from llcodec.imaging.depth import to_eight_bits
from llcodec.imaging.icc import parse_profile
from llcodec.imaging.picture import Picture


def to_pil(picture: Picture) -> Image.Image:
    """Return a Pillow image in sRGB: mode RGB, RGBA, L or LA; I;16 for 16-bit grey without alpha.

    Pillow has no mode for 16-bit colour: such pictures are rounded to 8 bits. Use
    ``picture.pixels``, or write PNG or TIFF, to keep 16.

    ``image.info`` contains ``exif``, ``xmp`` and ``dpi``, and ``icc_profile`` only if that is sRGB,
    as the pixels are.
    """
    if picture.sixteen_bit and picture.grey and picture.alpha is None:
        image = Image.fromarray(np.ascontiguousarray(picture.pixels[..., 0]))
    else:
        alpha = None if picture.alpha is None else to_eight_bits(picture.alpha)
        image = assemble(to_eight_bits(picture.pixels), alpha, picture.grey)
    image.info.update(info_of(picture.metadata, grey=picture.grey))
    return image


def mode_of(*, grey: bool, alpha: bool, sixteen_bit: bool) -> str:
    """Return the mode of the image that :func:`to_pil` makes of such a picture."""
    if grey and sixteen_bit and not alpha:
        return "I;16"
    return ("L" if grey else "RGB") + ("A" if alpha else "")


def info_of(metadata: Metadata, *, grey: bool) -> dict[str, Any]:
    """Return metadata as Pillow has them in the ``info`` of an image in sRGB."""
    info: dict[str, Any] = {}
    if metadata.exif is not None:
        info["exif"] = b"Exif\0\0" + metadata.exif
    if metadata.xmp is not None:
        info["xmp"] = metadata.xmp
    if metadata.resolution is not None:
        info["dpi"] = metadata.resolution.dpi
    profile = None if metadata.icc is None else parse_profile(metadata.icc)
    if profile is not None and profile.is_srgb and profile.grey == grey:
        info["icc_profile"] = metadata.icc
    return info


def assemble(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, grey: bool) -> Image.Image:
    """Return 8-bit pixels H×W×3 and alpha H×W as an image of mode RGB, RGBA, L or LA."""
    image = Image.fromarray(np.ascontiguousarray(pixels[..., 0] if grey else pixels))
    if alpha is not None:
        image.putalpha(Image.fromarray(alpha))
    return image
