"""LOL: pairs of exposures, version 1, and the real and the synthetic part of version 2."""

from pathlib import Path

from llcodec.data.registry.entry import NOT_STATED, PREPARED, DataSet, Split
from llcodec.data.registry.folders import Folders, scan_folders
from llcodec.data.registry.listing import Listing

_EVAL15 = (1, 22, 23, 55, 79, 111, 146, 179, 493, 547, 665, 669, 748, 778, 780)
_V1 = (
    (Folders("train", "our485/low", "our485/high"), Folders("test", "eval15/low", "eval15/high")),
    (Folders("train", "Train/input", "Train/target"), Folders("test", "Test/input", "Test/target")),
)


def _v2(part: str) -> tuple[tuple[Folders, ...], ...]:
    return tuple(
        (
            Folders("train", f"{outer}Train/Low", f"{outer}Train/Normal"),
            Folders("test", f"{outer}Test/Low", f"{outer}Test/Normal"),
        )
        for outer in (f"{part}/", "")
    )


def _scan_v1(root: Path) -> Listing:
    return scan_folders(root, _V1)


def _scan_real(root: Path) -> Listing:
    return scan_folders(root, _v2("Real_captured"), _number)


def _number(stem: str) -> str:
    return stem.removeprefix("low").removeprefix("normal")


def _scan_synthetic(root: Path) -> Listing:
    return scan_folders(root, _v2("Synthetic"))


def _numbers(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"{n:05}" for n in range(first, last + 1))


_PAPER_V2 = (
    "Yang, Wang, Huang, Wang, Liu: Sparse Gradient Regularized Deep Retinex Network for Robust "
    "Low-Light Image Enhancement, TIP 2021"
)
_HOME_V2 = "https://github.com/flyywh/CVPR-2020-Semi-Low-Light"

LOL = DataSet(
    name="lol",
    title="LOL v1",
    kind="pairs",
    home="https://daooshee.github.io/BMVC2018website/",
    licence=NOT_STATED,
    paper="Wei, Wang, Yang, Liu: Deep Retinex Decomposition for Low-Light Enhancement, BMVC 2018",
    use="training of the shipped models; eval15 is reported",
    layout=(
        "our485/{low,high}/2.png and eval15/{low,high}/1.png",
        "or {Train,Test}/{input,target}/, as in Retinexformer",
        PREPARED,
    ),
    splits=(
        Split("train", samples=485),
        Split("test", samples=15, named=tuple(map(str, _EVAL15))),
    ),
    scan=_scan_v1,
    notes=("several low pictures share one scene and one high picture",),
    overlaps=("lol-v2-real",),
)
"""LOL v1."""

LOL_V2_REAL = DataSet(
    name="lol-v2-real",
    title="LOL v2, real part",
    kind="pairs",
    home=_HOME_V2,
    licence=NOT_STATED,
    paper=_PAPER_V2,
    use="test set of the compared enhancers; NeRCo reports 35 of its test pictures",
    layout=(
        "[Real_captured/]Train/Low/low00001.png and [Real_captured/]Train/Normal/normal00001.png",
        "[Real_captured/]Test/Low/low00690.png and [Real_captured/]Test/Normal/normal00690.png",
        "or with equal names in both folders: 00001.png",
        PREPARED,
    ),
    splits=(
        Split("train", samples=689, named=_numbers(1, 689)),
        Split("test", samples=100, named=_numbers(690, 789)),
    ),
    scan=_scan_real,
    notes=("training pictures of LOL v1 are test pictures here",),
    overlaps=("lol",),
)
"""The real part of LOL v2."""

LOL_V2_SYNTHETIC = DataSet(
    name="lol-v2-synthetic",
    title="LOL v2, synthetic part",
    kind="pairs",
    home=_HOME_V2,
    licence=NOT_STATED,
    paper=_PAPER_V2,
    use="test set of the compared enhancers",
    layout=("[Synthetic/]{Train,Test}/{Low,Normal}/r000da54ft.png", PREPARED),
    splits=(Split("train", samples=900), Split("test", samples=100)),
    scan=_scan_synthetic,
)
"""The synthetic part of LOL v2."""
