"""Sizes of files and regions of pictures as people write them."""

import re
from dataclasses import dataclass
from typing import Final

_REGION: Final = re.compile(r"(\d{1,10}),(\d{1,10}),(\d{1,10}),(\d{1,10})", re.ASCII)
_SIZE: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*([kmg]?)(i?)b?", re.IGNORECASE | re.ASCII)
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3}


def parse_size(text: str) -> int:
    """Return the bytes of ``40000``, ``40kB``, ``1.5MB`` or ``40KiB``.

    Raises:
        ValueError: when the text is no such size, or less than one byte.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None or (match[3] and not match[2]):
        raise ValueError(f"{text!r} is not a size such as 40000, 40kB, 1.5MB or 40KiB")
    number, prefix, binary = match.groups()
    size = int(float(number) * (1024 if binary else 1000) ** _POWERS[prefix.lower()])
    if size < 1:
        raise ValueError(f"{text!r} is less than one byte")
    return size


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
