"""SICE: sequences of exposures, each with a picture that was fused of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from llcodec.data.registry.entry import NOT_STATED, PREPARED, DataSet, Split
from llcodec.data.registry.files import frames, natural, subfolders
from llcodec.data.registry.listing import Listing, Problem, Sample, joined, place
from llcodec.data.registry.table import TABLE, scan_table

_PARTS = {"Dataset_Part1": 360, "Dataset_Part2": 229}
_TEST_RANGES = ((4, 23), (28, 28), (31, 31), (33, 34), (37, 39), (46, 52), (55, 69), (75, 79))
_TEST = tuple(
    f"Dataset_Part1/{n}"
    for first, last in (*_TEST_RANGES, (100, 103))
    for n in range(first, last + 1)
)
_TRAIN = tuple(
    scene
    for part, count in _PARTS.items()
    for n in range(1, count + 1)
    if (scene := f"{part}/{n}") not in _TEST
)


def _scan(root: Path) -> Listing:
    if not any((root / part).is_dir() for part in _PARTS) and (root / TABLE).is_file():
        return scan_table(root)
    return joined(_part(root, part) for part in _PARTS)


def _part(root: Path, part: str) -> Listing:
    folder = root / part
    for needed in (folder, folder / "Label"):
        if not needed.is_dir():
            return Listing(problems=(Problem(place(needed, root), "missing folder"),))
    labels = {path.stem: path for path in frames(folder / "Label")}
    sequences = {sub.name: frames(sub) for sub in subfolders(folder) if sub.name != "Label"}
    return joined(
        _sequence(f"{part}/{name}", sequences.get(name, ()), labels.get(name))
        for name in sorted(sequences.keys() | labels.keys(), key=natural)
    )


def _sequence(scene: str, exposures: Sequence[Path], label: Path | None) -> Listing:
    problems = tuple(_problems(scene, exposures, label))
    if problems or label is None:
        return Listing(problems=problems)
    ordered = sorted(exposures, key=lambda path: natural(path.stem))
    split = "test" if scene in _TEST else "train"
    dark = ordered[: len(ordered) // 2]  # the middle one has the metered exposure
    return Listing(tuple(Sample(p, label, scene, split, f"{scene}/{p.stem}") for p in dark))


def _problems(scene: str, exposures: Sequence[Path], label: Path | None) -> Iterator[Problem]:
    if len(exposures) < 2:
        yield Problem(scene, "too few exposures to tell the dark ones")
    if label is None:
        yield Problem(scene, "no picture of this name in Label")


SICE = DataSet(
    name="sice",
    title="SICE, parts 1 and 2",
    kind="pairs",
    home="https://github.com/csjcai/SICE",
    licence=NOT_STATED,
    paper="Cai, Gu, Zhang: Learning a Deep Single Image Contrast Enhancer from Multi-Exposure "
    "Images, TIP 2018",
    use="training: variety of exposures",
    layout=(
        "Dataset_Part1/1/1.JPG … (darkest first) and Dataset_Part1/Label/1.JPG",
        "Dataset_Part2/1/1.JPG … and Dataset_Part2/Label/1.JPG",
        PREPARED,
    ),
    splits=(
        Split("train", scenes=531, named=_TRAIN),
        Split("test", scenes=58, named=_TEST),
    ),
    scan=_scan,
    notes=(
        "589 sequences of 4,413 pictures; low is every exposure below the middle one",
        "test: 58 sequences of part 1, as in public loaders; the authors state no split",
    ),
)
"""The multi-exposure sequences of SICE."""
