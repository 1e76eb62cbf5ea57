"""Text for people: names and numbers on one line."""

from collections.abc import Mapping
from typing import Any


def printable(text: str) -> str:
    """Return a text with all unprintable characters escaped.

    These are line ends, control characters, and bytes of file names that are not UTF-8.
    """
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    return ascii(character)[1:-1]


def summary(record: Mapping[str, Any]) -> str:
    """Return the line that ``llc encode`` and ``llc decode`` print for a file."""
    source = "stdin" if record["path"] == "-" else record["path"]
    target = "stdout" if record["output"] == "-" else record["output"]
    size = f"{record['width']}x{record['height']}"
    rate = f", {record['bpp']:.3f} bpp" if "bpp" in record else ""
    return printable(
        f"{source} -> {target}: {size}, {record['bytes']:,} bytes{rate}, "
        f"quality {record['quality']:.3g}, {record['seconds']:.2f} s"
    )
