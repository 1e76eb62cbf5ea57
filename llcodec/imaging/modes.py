"""How bands of 8-bit images of any Pillow mode become L, LA, RGB or RGBA."""

from collections.abc import Callable

from PIL import Image

from llcodec.imaging import cms

Converter = Callable[[Image.Image], Image.Image]

_PLAIN = {"1": "L", "L": "L", "LA": "LA", "La": "LA", "PA": "RGBA", "RGBA": "RGBA", "RGBa": "RGBA"}


def mode_converter(image: Image.Image) -> tuple[str, Converter]:
    """The mode, one of L, LA, RGB and RGBA, to take an image to, and how to convert a band.

    A palette becomes RGB, or L if all its colours are grey, with A if it has transparency.
    CMYK and LAB become sRGB through their profiles; broken CMYK profiles are passed over for
    Pillow's formula.
    """
    mode = image.mode
    if mode in ("CMYK", "LAB"):
        icc = image.info.get("icc_profile") if mode == "CMYK" else None
        if mode == "LAB" or isinstance(icc, bytes):
            change = cms.transform(icc, None, (mode, "RGB"))
            if change is not None:
                return "RGB", lambda band: cms.apply(band, change)
    if mode == "P":
        mode = ("L" if _grey_palette(image) else "RGB") + "A" * image.has_transparency_data
        return mode, lambda band: band.convert(mode)
    target = _PLAIN.get(mode, "RGB")
    return target, lambda band: _convert(band, target)


def _convert(band: Image.Image, target: str) -> Image.Image:
    if band.mode == "1":
        # a bilevel tRNS is taken as a colour key by the caller, not by Pillow
        band.info.pop("transparency", None)
    return band if band.mode == target else band.convert(target)


def _grey_palette(image: Image.Image) -> bool:
    colours = image.getpalette("RGB") or [0, 1, 2]
    return colours[0::3] == colours[1::3] == colours[2::3]
