"""LSRW: pairs of exposures by a Nikon camera and a Huawei telephone."""

from pathlib import Path

from llcodec.data.registry.entry import NOT_STATED, PREPARED, DataSet, Split
from llcodec.data.registry.folders import Folders, scan_folders
from llcodec.data.registry.listing import Listing

_CAMERAS = ("Huawei", "Nikon")
_LAYOUTS = (
    tuple(
        Folders(split, f"{outer}/{camera}/low", f"{outer}/{camera}/high", f"{camera}/")
        for split, outer in (("train", "Training data"), ("test", "Eval"))
        for camera in _CAMERAS
    ),
    tuple(
        Folders(split, f"{camera}/{inner}/low", f"{camera}/{inner}/high", f"{camera}/")
        for split, inner in (("train", "Train"), ("test", "Test"))
        for camera in _CAMERAS
    ),
)


def _scan(root: Path) -> Listing:
    return scan_folders(root, _LAYOUTS)


LSRW = DataSet(
    name="lsrw",
    title="LSRW (Huawei and Nikon)",
    kind="pairs",
    home="https://github.com/JianghaiSCU/R2RNet",
    licence=NOT_STATED,
    paper="Hai et al.: R2RNet: Low-light Image Enhancement via Real-low to Real-normal Network, "
    "JVCIR 2023",
    use="training (1,000 low pictures) and test set of NeRCo",
    layout=(
        "Training data/{Huawei,Nikon}/{low,high}/1.jpg and Eval/{Huawei,Nikon}/{low,high}/1.jpg",
        "or {Huawei,Nikon}/{Train,Test}/{low,high}/",
        PREPARED,
    ),
    splits=(Split("train", samples=5600), Split("test", samples=50)),
    scan=_scan,
    notes=(
        "train: 2,450 pairs by Huawei and 3,150 by Nikon; test: 30 and 20",
        "which 1,000 low pictures NeRCo trained on is not stated",
    ),
)
"""The large-scale real-world pairs of R2RNet."""
