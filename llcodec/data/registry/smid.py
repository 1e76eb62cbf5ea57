"""SMID: static dark videos, each with one long exposure."""

from collections.abc import Sequence
from pathlib import Path

from llcodec.data.raw import RAW_SUFFIXES
from llcodec.data.registry.entry import PREPARED, DataSet, Split
from llcodec.data.registry.listing import Listing
from llcodec.data.registry.scenes import SceneFolders, scan_scenes

_LAYOUTS = (
    SceneFolders("SMID_LQ_np", "SMID_Long_np"),
    SceneFolders("SMID_LQ", "SMID_Long"),
    SceneFolders("short", "long"),
)
# test_list.txt of the authors' repository
# fmt: off
_NUMBERS = (
    13, 9, 20, 7, 10, 12, 154, 36, 37, 39, 47, 48, 49, 50, 51, 52, 65, 66, 75, 76, 78, 88,
    92, 99, 91, 103, 104, 105, 106, 107, 151, 145, 147, 139, 129, 83, 153, 157, 180, 175,
    181, 196, 170, 166, 172, 177, 167, 169, 191,
)
# fmt: on
_TEST = tuple(f"{n:04}" for n in _NUMBERS)
_TRAIN = tuple(name for n in range(1, 203) if (name := f"{n:04}") not in _TEST)
_FRAMES = 30  # of a test scene, as SNR-Aware takes them


def _scan(root: Path) -> Listing:
    return scan_scenes(root, _LAYOUTS, _split, _match)


def _split(scene: str) -> str | None:
    if scene in _TEST:
        return "test"
    return "train" if scene in _TRAIN else None


def _match(
    split: str, lows: Sequence[Path], highs: Sequence[Path]
) -> list[tuple[Path, Path]] | str:
    """Match all frames with the long exposure, ignoring its RAW file and half-size copies."""
    whole = [path for path in highs if "half" not in path.name]
    developed = [path for path in whole if path.suffix.lower() not in RAW_SUFFIXES]
    if not whole:
        return "no long exposure (names with 'half' do not count)"
    long = (developed or whole)[0]
    return [(low, long) for low in (lows[:_FRAMES] if split == "test" else lows)]


SMID = DataSet(
    name="smid",
    title="Seeing Motion in the Dark (static part)",
    kind="pairs",
    home="https://github.com/cchen156/Seeing-Motion-in-the-Dark",
    licence="MIT, as the repository states; not stated for the videos alone",
    paper="Chen, Chen, Do, Koltun: Seeing Motion in the Dark, ICCV 2019",
    use="test set of Joint-IC-LL and SNR-Aware; training",
    layout=(
        "SMID_LQ_np/0001/*.npy and SMID_Long_np/0001/*.npy (uint8 BGR, H×W×3)",
        "RAW files: short/0001/*.ARW and long/0001/*.ARW",
        "either with pictures in place of RAW or .npy files",
        PREPARED,
    ),
    splits=(
        Split("train", scenes=153, named=_TRAIN),
        Split("test", scenes=49, named=_TEST),
    ),
    scan=_scan,
    notes=(
        "test: the 49 scenes of test_list.txt, the first 30 frames of each as in SNR-Aware "
        "(Retinexformer takes all); 20,809 frames in all",
        "the distributed low frames look green: they were not white-balanced",
        "the layout of the original download is not stated: short/ and long/ are the names of SID",
    ),
)
"""The static videos of Seeing Motion in the Dark."""
