"""Summarise a job in a few lines."""

from llcodec.batch.counts import Counts

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def summary(counts: Counts, manifest: str) -> list[str]:
    """Return a summary of a finished job, in lines."""
    lines = [counts.line()]
    if counts.bytes_out:
        lines.append(f"{size(counts.bytes_in)} read, {size(counts.bytes_out)} written")
    lines.append(f"manifest: {manifest}")
    if counts.failed:
        lines.append(f"--retry-failed {manifest} processes the failures again")
    return lines


def size(count: int) -> str:
    """Return bytes in words, e.g. ``1.5 MB``."""
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} bytes" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"
