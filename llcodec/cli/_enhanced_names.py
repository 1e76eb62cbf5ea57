"""How ``llc enhance`` names outputs: as their inputs, in their format if it keeps everything.

An output beside its input is called NAME-enhanced; in a folder of outputs, NAME.
"""

from pathlib import Path
from typing import Final

from llcodec.cli._plan import Name
from llcodec.cli._sources import Found

_MARK: Final = "-enhanced"
# Formats that keep colours, profile and EXIF. Inputs in other formats become PNG.
_JPEG: Final = frozenset({".jpg", ".jpeg", ".jfif", ".jpe", ".pjp", ".pjpeg"})
_KEPT: Final = _JPEG | {".png", ".webp", ".tif", ".tiff", ".avif"}
_ELSE: Final = ".png"


def enhanced_name(suffix: str | None, replaced: frozenset[str], *, keep_suffix: bool) -> Name:
    """Return the rule that names enhanced pictures.

    Args:
        suffix: that of every output, if one was asked for.
        replaced: suffixes that give way to another; to others, it is added.
        keep_suffix: add it to all.
    """

    def name(path: Path, beside: bool) -> str:
        own = path.suffix.lower()
        chosen = suffix or (path.suffix if own in _KEPT else _ELSE)
        short = own in replaced and not (keep_suffix and chosen.lower() != own)
        return (path.stem if short else path.name) + (_MARK if beside else "") + chosen

    return name


def without_enhanced(found: Found) -> Found:
    """Return sources without the outputs of earlier runs, unless the command line names them.

    It is a failure if no other was found.
    """
    kept = [s for s in found.sources if s.named or not Path(s.path).stem.endswith(_MARK)]
    result = Found(kept, list(found.failures))
    if not (result.sources or result.failures):
        folder = str(Path(found.sources[0].path).parent)
        result.fail(folder, "all pictures here are results of an earlier run (NAME-enhanced)")
    return result
