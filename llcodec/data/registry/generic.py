"""Any folder of pairs, and any folder of photographs."""

from pathlib import Path

from llcodec.data.registry.entry import DataSet
from llcodec.data.registry.files import missing_folders, pictures_below
from llcodec.data.registry.folders import Folders
from llcodec.data.registry.listing import Listing, Problem, Sample
from llcodec.data.registry.pictures import Pictures, scan_pictures
from llcodec.data.registry.table import TABLE, scan_table


def _scan_pairs(root: Path) -> Listing:
    """Return the pairs of the table, or of low/ and high/ to any depth, like the loader."""
    if (root / TABLE).is_file():
        return scan_table(root)
    missing = missing_folders(root, [Folders("train", "low", "high")])
    if missing:
        return Listing(problems=missing)
    lows, highs = (
        {path.relative_to(root / name).as_posix(): path for path in pictures_below(root / name)}
        for name in ("low", "high")
    )
    both = [(name, Path(name).with_suffix("").as_posix()) for name in sorted(lows) if name in highs]
    alone = [
        Problem(f"{folder}/{name}", f"no partner in {other}")
        for folder, other, only in (
            ("low", "high", lows.keys() - highs.keys()),
            ("high", "low", highs.keys() - lows.keys()),
        )
        for name in sorted(only)
    ]
    return Listing(
        tuple(Sample(lows[name], highs[name], stem, "train", stem) for name, stem in both),
        tuple(alone),
    )


def _scan_photographs(root: Path) -> Listing:
    return scan_pictures(root, [[Pictures("train", ".")]])


PAIRS = DataSet(
    name="pairs",
    title="any folder of pairs",
    kind="pairs",
    home="none",
    licence="that of your images",
    paper="none",
    use="training on pictures of your own",
    layout=(
        "pairs.csv with the columns split (train, val or test), scene, low and high (or ref); "
        "paths relative to it",
        "or low/*.png and high/*.png with equal names, to any depth: all train",
    ),
    splits=(),
    scan=_scan_pairs,
)
"""Any folder of pairs."""

PHOTOGRAPHS = DataSet(
    name="photographs",
    title="any folder of photographs",
    kind="photographs",
    home="none",
    licence="that of your images",
    paper="none",
    use="training on photographs of your own",
    layout=("pictures, to any depth: all train",),
    splits=(),
    scan=_scan_photographs,
)
"""Any folder of photographs."""
