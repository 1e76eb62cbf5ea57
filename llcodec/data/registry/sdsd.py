"""SDSD: videos of the same path twice, dark and bright; the static version of SNR-Aware."""

from collections.abc import Callable, Sequence
from pathlib import Path

from llcodec.data.registry.entry import NOT_STATED, PREPARED, DataSet, Split
from llcodec.data.registry.listing import Listing
from llcodec.data.registry.scenes import SceneFolders, scan_scenes

_FRAMES = 30  # of a test video
_INDOOR = ("pair11", "pair21", "pair1", "pair19", "pair4", "pair9")
_OUTDOOR = tuple(f"MVI_{n:04}" for n in (898, 928, 906, 975, 1001, 997, 1003, 1026, 1030, 1032))


def _scan(place: str, tests: tuple[str, ...]) -> Callable[[Path], Listing]:
    layouts = tuple(
        SceneFolders(f"{outer}{low}", f"{outer}GT")
        for outer in ("", f"{place}_static_np/", f"{place}_static/")
        for low in ("input", "LQ")
    )

    def split(scene: str) -> str:
        return "test" if scene.removesuffix("_2") in tests else "train"

    return lambda root: scan_scenes(root, layouts, split, _match)


def _match(
    split: str, lows: Sequence[Path], highs: Sequence[Path]
) -> list[tuple[Path, Path]] | str:
    """Match frames by their order, since the numbers in their names differ."""
    if len(lows) != len(highs):
        return f"{len(highs)} frames, but {len(lows)} low ones"
    pairs = list(zip(lows, highs, strict=True))
    return pairs[:_FRAMES] if split == "test" else pairs


def _entry(place: str, example: str, tests: tuple[str, ...]) -> DataSet:
    return DataSet(
        name=f"sdsd-{place}",
        title=f"SDSD, {place}, static version",
        kind="pairs",
        home="https://github.com/dvlab-research/SDSD",
        licence=NOT_STATED,
        paper="Wang, Xu, Fu, Lu, Yu, Jia: Seeing Dynamic Scene in the Dark, ICCV 2021",
        use="test set of Joint-IC-LL and SNR-Aware; training",
        layout=(
            f"[{place}_static_np/]input/{example}/*.npy and [{place}_static_np/]GT/{example}/*.npy "
            "(uint8 BGR, H×W×3; LQ/ in place of input/ will do)",
            "the same with pictures in place of .npy files",
            PREPARED,
        ),
        splits=(Split("train"), Split("test", named=tests)),
        scan=_scan(place, tests),
        notes=(
            "the README of https://github.com/dvlab-research/SNR-Aware-Low-Light-Enhance links to "
            "the static version, which is another one than that of the SDSD paper",
            f"test: the videos {', '.join(tests)} and their twins with _2, the first 30 frames of "
            "each; how many twins and frames there are is not stated",
            "SNR-Aware tests at 960×512, Joint-IC-LL at 1920×1080: their figures do not compare",
        ),
    )


SDSD_INDOOR = _entry("indoor", "pair1", _INDOOR)
"""The indoor videos."""
SDSD_OUTDOOR = _entry("outdoor", "MVI_0898", _OUTDOOR)
"""The outdoor videos."""
