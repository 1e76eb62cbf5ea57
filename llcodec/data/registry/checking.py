"""Check that a data set is complete: compare its files with the published numbers."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from llcodec.data.frames import frame_size
from llcodec.data.registry.catalogue import folder_of
from llcodec.data.registry.entry import DataSet, Split
from llcodec.data.registry.listing import Problem, Sample, place
from llcodec.errors import LlcError


@dataclass(frozen=True)
class Report:
    """The result of a check: samples by split, and everything that is missing or wrong."""

    dataset: str
    root: Path
    found: Mapping[str, int]
    problems: tuple[Problem, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is missing and nothing is wrong."""
        return not self.problems


def check(dataset: DataSet, root: Path) -> Report:
    """Compare the folder ``root`` with the published numbers of a data set.

    Problems are missing folders and files, pictures without a partner, headers that cannot be read,
    pairs whose sizes differ, and different numbers of samples and scenes. No pixel is decoded.

    Raises InputError if ``root`` is not a folder.
    """
    root = folder_of(dataset, root)
    found = dataset.scan(root)
    problems = [*found.problems, *_counts(dataset, found.samples)]
    problems += size_problems(found.samples, root).values()
    counts = Counter(sample.split for sample in found.samples)
    named = {split.name: counts.get(split.name, 0) for split in dataset.splits}
    return Report(dataset.name, root, {**named, **counts}, tuple(problems))


def size_problems(samples: Sequence[Sample], root: Path) -> dict[Path, Problem]:
    """Return the problems of the files of samples, by file, that their headers show.

    If the sizes of a pair differ, this is a problem of its low picture.
    """
    sizes: dict[Path, tuple[int, int] | None] = {}
    problems: dict[Path, Problem] = {}
    for path in dict.fromkeys(path for sample in samples for path in sample.paths):
        try:
            sizes[path] = frame_size(path)
        except LlcError as error:
            problems[path] = Problem(place(path, root), str(error))
    for sample in samples:
        if sample.low is None or sample.high is None:
            continue
        low, high = sizes.get(sample.low), sizes.get(sample.high)
        if low is not None and high is not None and low != high:
            problems[sample.low] = Problem(
                place(sample.low, root),
                f"{low[1]}×{low[0]}, but {place(sample.high, root)} is {high[1]}×{high[0]}",
            )
    return problems


def _counts(dataset: DataSet, samples: Sequence[Sample]) -> Iterator[Problem]:
    if not dataset.splits and not samples:
        yield Problem(".", f"no {dataset.unit}")
    for split in dataset.splits:
        yield from _count(dataset, split, [s for s in samples if _counts_for(dataset, s, split)])


def _counts_for(dataset: DataSet, sample: Sample, split: Split) -> bool:
    """Whether a sample counts for a split; held-out scenes count for train if there is no val."""
    held_out = sample.split == "val" and all(s.name != "val" for s in dataset.splits)
    return split.name == ("train" if held_out else sample.split)


def _count(dataset: DataSet, split: Split, samples: Sequence[Sample]) -> Iterator[Problem]:
    where = f"split {split.name}"
    scenes = {sample.scene for sample in samples}
    if split.samples is not None and len(samples) != split.samples:
        yield Problem(where, f"{split.samples:,} {dataset.unit} expected, {len(samples):,} found")
    elif not samples:
        yield Problem(where, f"no {dataset.unit}")
    if split.scenes is not None and len(scenes) != split.scenes:
        yield Problem(where, f"{split.scenes:,} scenes expected, {len(scenes):,} found")
    lost = [name for name in split.named if name not in scenes]
    if 0 < len(lost) < len(split.named):
        yield Problem(where, f"not there: {', '.join(lost)}")
