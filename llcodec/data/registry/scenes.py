"""Layouts with a folder of frames for every scene, low and high."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from llcodec.data.registry.files import choose, frames, missing_folders, subfolders
from llcodec.data.registry.listing import Listing, Problem, Sample, joined
from llcodec.data.registry.table import TABLE, scan_table

Match = Callable[[str, Sequence[Path], Sequence[Path]], Sequence[tuple[Path, Path]] | str]
"""A function of split, low and high frames of a scene that returns its pairs, or the problem."""


@dataclass(frozen=True)
class SceneFolders:
    """The folder of the low frames of all scenes, and that of the high frames."""

    low: str
    high: str

    @property
    def folders(self) -> tuple[str, ...]:
        """Both folders."""
        return self.low, self.high


def scan_scenes(
    root: Path,
    layouts: Sequence[SceneFolders],
    split_of: Callable[[str], str | None],
    match: Match,
) -> Listing:
    """Return the pairs of the first layout that ``root`` has, or those of its table.

    Both folders contain a folder for each scene, or files whose names start with the scene and an
    underscore. ``split_of`` returns the split of a scene, or None if it belongs to none.
    """
    layout = choose(root, [[part] for part in layouts])
    if layout is None:
        if (root / TABLE).is_file():
            return scan_table(root)
        return Listing(problems=missing_folders(root, layouts[:1]))
    missing = missing_folders(root, layout)
    if missing:
        return Listing(problems=missing)
    (part,) = layout
    lows, highs = (_scenes(root / folder) for folder in part.folders)
    names = sorted(lows.keys() | highs.keys())
    return joined(
        _scene(part, name, split_of(name), lows.get(name, ()), highs.get(name, ()), match)
        for name in names
    )


def _scene(
    part: SceneFolders,
    name: str,
    split: str | None,
    lows: Sequence[Path],
    highs: Sequence[Path],
    match: Match,
) -> Listing:
    problems = [*_empty(part.low, name, lows), *_empty(part.high, name, highs)]
    if split is None:
        problems = [Problem(f"{part.low}/{name}", "its name belongs to no split")]
    if split is None or problems:
        return Listing(problems=tuple(problems))
    pairs = match(split, lows, highs)
    if isinstance(pairs, str):
        return Listing(problems=(Problem(f"{part.high}/{name}", pairs),))
    return Listing(
        tuple(Sample(low, high, name, split, f"{name}/{low.stem}") for low, high in pairs)
    )


def _empty(folder: str, name: str, found: Sequence[Path]) -> Iterator[Problem]:
    if not found:
        yield Problem(f"{folder}/{name}", "no frames of this scene")


def _scenes(folder: Path) -> dict[str, list[Path]]:
    scenes = {sub.name: frames(sub) for sub in subfolders(folder)}
    for path in frames(folder):
        scenes.setdefault(path.stem.partition("_")[0], []).append(path)
    return scenes
