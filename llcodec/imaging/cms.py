"""Colour transforms by LittleCMS, through Pillow; None where one is impossible.

All transforms are relative colorimetric with black point compensation: colours inside both gamuts
stay exact, and shadows keep their detail instead of clipping at the darker black.
"""

import io

from PIL import Image, ImageCms

from llcodec.errors import LlcError


def transform(
    source: bytes | None, target: bytes | None, modes: tuple[str, str]
) -> ImageCms.ImageCmsTransform | None:
    """Return a transform of 8-bit images between two profiles.

    Args:
        source: an ICC profile; ``None`` for sRGB (or LAB, if the mode says so).
        target: likewise.
        modes: Pillow modes of the images that go in and come out.

    Returns:
        The transform, or ``None`` where a profile is broken, does not fit its mode or
        cannot be used in this direction.
    """
    try:
        return ImageCms.ImageCmsTransform(
            _profile(source, modes[0]),
            _profile(target, modes[1]),
            modes[0],
            modes[1],
            intent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except LlcError:
        raise
    except Exception:  # PyCMSError, OSError and others, depending on what is broken
        return None


def apply(image: Image.Image, with_transform: ImageCms.ImageCmsTransform) -> Image.Image:
    """Transform an image of the transform's input mode."""
    return with_transform.apply(image)


def _profile(icc: bytes | None, mode: str) -> ImageCms.ImageCmsProfile:
    if icc is not None:
        return ImageCms.ImageCmsProfile(io.BytesIO(icc))
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB" if mode == "LAB" else "sRGB"))
