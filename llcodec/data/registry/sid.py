"""SID: short and long exposures of a Sony α7S II."""

from collections.abc import Sequence
from pathlib import Path

from llcodec.data.registry.entry import PREPARED, DataSet, Split
from llcodec.data.registry.listing import Listing
from llcodec.data.registry.scenes import SceneFolders, scan_scenes

_LAYOUTS = (
    SceneFolders("short_sid2", "long_sid2"),
    SceneFolders("short", "long"),
    SceneFolders("Sony/short", "Sony/long"),
)
_SPLITS = {"0": "train", "1": "test", "2": "train"}


def _scan(root: Path) -> Listing:
    return scan_scenes(root, _LAYOUTS, lambda scene: _SPLITS.get(scene[:1]), _match)


def _match(split: str, lows: Sequence[Path], highs: Sequence[Path]) -> list[tuple[Path, Path]]:
    """Match all short exposures of a scene with its (first) long one."""
    return [(low, highs[0]) for low in lows]


SID = DataSet(
    name="sid",
    title="See-in-the-Dark, Sony part",
    kind="pairs",
    home="https://github.com/cchen156/Learning-to-See-in-the-Dark",
    licence="MIT, as the repository states; not stated for the pictures alone",
    paper="Chen, Chen, Xu, Koltun: Learning to See in the Dark, CVPR 2018",
    use="test set of Joint-IC-LL and SNR-Aware; training",
    layout=(
        "as published: [Sony/]short/00001_00_0.04s.ARW, [Sony/]long/00001_00_10s.ARW",
        "as distributed by SNR-Aware: short_sid2/00001/*.npy, long_sid2/00001/*.npy "
        "(uint8 BGR, H×W×3)",
        "either with pictures in place of RAW or .npy files",
        PREPARED,
    ),
    splits=(Split("train", samples=2099, scenes=181), Split("test", samples=598, scenes=50)),
    scan=_scan,
    notes=(
        "scenes that start with 0 (training) and 2 (validation) are train, with 1 test, "
        "as in SNR-Aware and Joint-IC-LL",
        "the authors found 10034, 10045 and 10172 misaligned and ask to exclude them from figures; "
        "the papers do not say that they did",
        "RAW files are developed by rawpy's defaults; the papers do not say how they resized",
    ),
)
"""The Sony part of See-in-the-Dark."""
