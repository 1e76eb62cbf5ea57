"""Layouts of folders of single pictures: photographs, or dark pictures without a reference."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from llcodec.data.registry.files import choose, missing_folders, pictures_below
from llcodec.data.registry.listing import Listing, Problem, Sample, joined


@dataclass(frozen=True)
class Pictures:
    """The folder of the pictures of a split; ``.`` is the root itself."""

    split: str
    folder: str

    @property
    def folders(self) -> tuple[str, ...]:
        """The folder."""
        return (self.folder,)


def scan_pictures(
    root: Path,
    layouts: Sequence[Sequence[Pictures]],
    *,
    dark: bool = False,
    key: Callable[[str], str | None] = str,
) -> Listing:
    """Return the pictures of the first layout that ``root`` has, to any depth.

    ``key`` returns the name of the scene for the stem of a file; None leaves the file out.
    """
    layout = choose(root, layouts)
    if layout is None:
        return Listing(problems=missing_folders(root, layouts[0]))
    missing = Listing(problems=missing_folders(root, layout))
    return joined([missing, *(_pictures(root, part, dark, key) for part in layout)])


def _pictures(root: Path, part: Pictures, dark: bool, key: Callable[[str], str | None]) -> Listing:
    folder = root / part.folder
    if not folder.is_dir():
        return Listing()
    found = [(path, key(path.stem)) for path in pictures_below(folder)]
    samples = tuple(
        Sample(
            path if dark else None,
            None if dark else path,
            scene,
            part.split,
            path.relative_to(folder).with_suffix("").as_posix(),
        )
        for path, scene in found
        if scene is not None
    )
    return Listing(samples, () if samples else (Problem(part.folder, "no pictures"),))
