"""Dark photographs without a reference, for visual comparison, NIQE and LOE."""

from pathlib import Path

from llcodec.data.registry.entry import NOT_STATED, DataSet, Split
from llcodec.data.registry.listing import Listing
from llcodec.data.registry.pictures import Pictures, scan_pictures


def _scan_lime(root: Path) -> Listing:
    return scan_pictures(root, [[Pictures("test", f)] for f in ("LIME", ".")], dark=True)


def _scan_dicm(root: Path) -> Listing:
    return scan_pictures(root, [[Pictures("test", f)] for f in ("DICM", ".")], dark=True)


LIME = DataSet(
    name="lime",
    title="LIME",
    kind="dark",
    home="https://sites.google.com/view/xjguo/lime",
    licence=NOT_STATED,
    paper="Guo, Li, Ling: LIME: Low-light Image Enhancement via Illumination Map Estimation, "
    "TIP 2017",
    use="NIQE and LOE, as in NeRCo; never trained on",
    layout=("[LIME/]1.bmp … 10.bmp",),
    splits=(Split("test", samples=10),),
    scan=_scan_lime,
)
"""The ten pictures of LIME."""

DICM = DataSet(
    name="dicm",
    title="DICM",
    kind="dark",
    home="http://mcl.korea.ac.kr/cwlee_tip2013/",
    licence=NOT_STATED,
    paper="Lee, Lee, Kim: Contrast Enhancement Based on Layered Difference Representation of 2D "
    "Histograms, TIP 2013",
    use="visual comparison, NIQE and LOE; never trained on",
    layout=("[DICM/]*.jpg",),
    splits=(Split("test", samples=69),),
    scan=_scan_dicm,
    notes=("many papers use only the 64 or 44 darkest of the 69",),
)
"""Photographs by commercial digital cameras."""
