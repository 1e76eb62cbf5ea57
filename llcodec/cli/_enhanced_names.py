"""How ``llc enhance`` names what it writes: as the input, in its format if that will do.

Beside its input an output is called NAME-enhanced, since NAME is taken; in a folder, NAME.
"""

from dataclasses import replace
from pathlib import Path

from llcodec.cli._input import STREAM
from llcodec.cli._plan import Naming
from llcodec.cli._sources import Found, Source

_MARK = "-enhanced"
# Formats that keep colours, profile and EXIF. What comes in any other goes out as PNG.
_KEPT = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".avif"})
_ELSE = ".png"


def beside(found: Found, suffix: str | None, replaced: frozenset[str]) -> Found:
    """Return sources whose places are what is written beside them.

    ``suffix`` is that of every output, if it was asked for, and takes the place of those in
    ``replaced``. Files that a folder or a pattern led to are left out if they were written by this
    rule; that nothing else was found is a failure.
    """
    kept = [s for s in found.sources if s.named or not Path(s.path).stem.endswith(_MARK)]
    result = Found([_placed(s, Path(s.path), _MARK, suffix, replaced) for s in kept])
    result.failures.extend(found.failures)
    if not (result.sources or result.failures):
        folder = str(Path(found.sources[0].path).parent)
        result.fail(folder, "there is nothing here but what was enhanced already")
    return result


def inside(found: Found, suffix: str | None, replaced: frozenset[str]) -> Found:
    """Return sources whose places are what is written in the output's folder."""
    sources = [_placed(s, s.place, "", suffix, replaced) for s in found.sources]
    return Found(sources, list(found.failures))


def naming(output: str | None, of_files: frozenset[str], force: bool) -> Naming:
    """Return the rule that makes places the names of outputs.

    Without an ``output`` places are paths as they are: relative to the current folder, or absolute.
    """
    return Naming(
        "." if output is None else output,
        suffix="",
        replaced=frozenset(),
        of_files=of_files,
        force=force,
    )


def is_stream(inputs: list[str], output: str | None) -> bool:
    """Whether outputs go to standard output: asked for, or because the input is a stream."""
    return output == STREAM or (output is None and STREAM in inputs)


def _placed(
    source: Source, path: Path, mark: str, suffix: str | None, replaced: frozenset[str]
) -> Source:
    own = path.suffix.lower()
    stem = path.stem if own in replaced else path.name
    chosen = suffix or (path.suffix if own in _KEPT else _ELSE)
    return replace(source, place=path.with_name(stem + mark + chosen))
