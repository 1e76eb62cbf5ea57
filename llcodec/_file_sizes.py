"""File sizes in words, such as 40kB."""

import re
from typing import Final

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
