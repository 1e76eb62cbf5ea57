"""Regions of images as written on the command line."""

import re
from dataclasses import dataclass
from typing import Final

_REGION: Final = re.compile(r"(\d{1,10}),(\d{1,10}),(\d{1,10}),(\d{1,10})", re.ASCII)


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: int
    top: int
    width: int
    height: int


def parse_region(text: str) -> Box:
    """Return the rectangle of ``X,Y,WIDTH,HEIGHT``.

    Raises:
        ValueError: when the text is no such region, or an empty one.
    """
    match = _REGION.fullmatch(text.replace(" ", ""))
    if match is None:
        raise ValueError(f"{text!r} is not a region X,Y,WIDTH,HEIGHT in pixels")
    box = Box(*map(int, match.groups()))
    if min(box.width, box.height) < 1:
        raise ValueError(f"the region {text!r} has no pixels")
    return box
