"""Name outputs after their inputs."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

Name = Callable[[Path, bool], str]
"""Names an output after its input: ``(path, beside) -> name``.

``beside`` is true if the output goes beside its input, not into a folder of outputs.
"""

ENHANCED: Final = "-enhanced"
"""What is added to the name of an enhanced picture beside its input."""

# Formats that keep colours, profile and EXIF. Inputs in other formats become PNG.
_JPEG: Final = frozenset({".jpg", ".jpeg", ".jfif", ".jpe", ".pjp", ".pjpeg"})
_KEPT: Final = _JPEG | {".png", ".webp", ".tif", ".tiff", ".avif"}
_ELSE: Final = ".png"


def with_suffix(suffix: str, replaced: frozenset[str], *, keep_suffix: bool) -> Name:
    """Return a rule that names outputs like their inputs, with another suffix.

    ``suffix`` replaces those in ``replaced``; to others, or with ``keep_suffix``, it is added.
    """

    def name(path: Path, _beside: bool) -> str:
        short = path.suffix.lower() in replaced and not keep_suffix
        return (path.stem if short else path.name) + suffix

    return name


def enhanced_name(suffix: str | None, replaced: frozenset[str], *, keep_suffix: bool) -> Name:
    """Return the rule that names enhanced pictures: in their format if it keeps everything.

    An output beside its input is called NAME-enhanced; in a folder of outputs, NAME.

    Args:
        suffix: that of every output, if one was given.
        replaced: suffixes that are replaced; to others, the suffix is added.
        keep_suffix: add it to all.
    """

    def name(path: Path, beside: bool) -> str:
        own = path.suffix.lower()
        chosen = suffix or (path.suffix if own in _KEPT else _ELSE)
        short = own in replaced and not (keep_suffix and chosen.lower() != own)
        return (path.stem if short else path.name) + (ENHANCED if beside else "") + chosen

    return name
