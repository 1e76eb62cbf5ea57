"""Convert 8-bit images of any Pillow mode to L, LA, RGB or RGBA, block by block."""

from collections.abc import Callable

from PIL import Image

from llcodec.imaging import cms

Converter = Callable[[Image.Image], Image.Image]

_PLAIN = {"1": "L", "L": "L", "LA": "LA", "La": "LA", "PA": "RGBA", "RGBA": "RGBA", "RGBa": "RGBA"}


def mode_converter(image: Image.Image) -> tuple[str, Converter]:
    """Return the mode to convert an image to (L, LA, RGB or RGBA), and a function that does so.

    The function takes blocks of rows of the image. A palette becomes RGB, or L if all its colours
    are grey, with A if it has transparency. CMYK and LAB become sRGB through their profiles; where
    a CMYK profile is broken, Pillow's formula is used.
    """
    mode = image.mode
    if mode in ("CMYK", "LAB"):
        icc = image.info.get("icc_profile") if mode == "CMYK" else None
        if mode == "LAB" or isinstance(icc, bytes):
            change = cms.transform(icc, None, (mode, "RGB"))
            if change is not None:
                return "RGB", lambda block: cms.apply(block, change)
    if mode == "P":
        mode = ("L" if _grey_palette(image) else "RGB") + "A" * image.has_transparency_data
        return mode, lambda block: block.convert(mode)
    target = _PLAIN.get(mode, "RGB")
    return target, lambda block: _convert(block, target)


def _convert(block: Image.Image, target: str) -> Image.Image:
    if block.mode == "1":
        # The caller handles the tRNS of a bilevel image as a colour key.
        block.info.pop("transparency", None)
    return block if block.mode == target else block.convert(target)


def _grey_palette(image: Image.Image) -> bool:
    colours = image.getpalette("RGB") or [0, 1, 2]
    return colours[0::3] == colours[1::3] == colours[2::3]
