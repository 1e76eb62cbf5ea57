"""Lists within lists, which forges and Python-Markdown indent in different ways.

On a forge, a list is within an item if it begins below the item's text: two or three spaces.
Python-Markdown wants four, and takes it for more items of the outer list otherwise.
"""

import re
from typing import Final

_ITEM: Final = re.compile(r"(?:[-*]|\d+\.) ")
_INNER: Final = re.compile(r"( {2,3})(?:[-*]|\d+\.) ")
_WIDTH: Final = 4


def deeper(text: str) -> str:
    """Return Markdown without fenced code whose lists within lists are indented by four spaces."""
    lines, in_list, shift = [], False, 0
    for line in text.split("\n"):
        inner = _INNER.match(line)
        if line and not line.startswith(" "):
            in_list, shift = _ITEM.match(line) is not None, 0
        elif in_list and inner is not None and not shift:
            shift = _WIDTH - len(inner[1])
        lines.append(" " * shift + line if line else line)
    return "\n".join(lines)
