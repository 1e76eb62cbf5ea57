"""Photographs in good light, to train or report a plain codec."""

import re
from pathlib import Path

from llcodec.data.registry.entry import NOT_STATED, DataSet, Split
from llcodec.data.registry.listing import Listing
from llcodec.data.registry.pictures import Pictures, scan_pictures

_BERKELEY = "https://www2.eecs.berkeley.edu/Research/Projects/CS/vision"
_NON_COMMERCIAL = "non-commercial research and education"


def _scan_flickr(root: Path) -> Listing:
    layouts = [[Pictures("train", "flicker_2W_images")], [Pictures("train", ".")]]
    return scan_pictures(root, layouts)


def _scan_bsd300(root: Path) -> Listing:
    outer = ("images/", "BSDS300/images/", "")
    layouts = [[Pictures(s, o + s) for s in ("train", "test")] for o in outer]
    return scan_pictures(root, layouts)


def _scan_bsds500(root: Path) -> Listing:
    outer = ("BSR/BSDS500/data/images/", "BSDS500/data/images/", "data/images/", "images/", "")
    layouts = [[Pictures(s, o + s) for s in ("train", "val", "test")] for o in outer]
    return scan_pictures(root, layouts)


def _scan_urban(root: Path) -> Listing:
    folders = ("image_SRF_2", "image_SRF_4", ".")
    return scan_pictures(root, [[Pictures("train", f)] for f in folders], key=_high_resolution)


def _high_resolution(stem: str) -> str | None:
    """``img_001_SRF_2_HR`` is ``img_001``; its small copy ``…_LR`` is left out."""
    return None if stem.endswith("_LR") else re.sub(r"_SRF_\d+_HR$", "", stem)


def _scan_kodak(root: Path) -> Listing:
    layouts = [[Pictures("test", folder)] for folder in ("kodak", ".")]
    return scan_pictures(root, layouts, key=lambda stem: stem.removeprefix("kodim"))


FLICKR_2W = DataSet(
    name="flickr2w",
    title="Flickr 2W",
    kind="photographs",
    home="https://github.com/liujiaheng/CompressionData",
    licence="research use only",
    paper="Liu, Lu, Hu, Xu: A Unified End-to-End Framework for Efficient Deep Image Compression, "
    "arXiv 2002.03370",
    use="training of the plain codec in Joint-IC-LL",
    layout=("[flicker_2W_images/]*, pictures to any depth",),
    splits=(Split("train", samples=20745),),
    scan=_scan_flickr,
    notes=("the count comes from papers; the home page gives none",),
)
"""Twenty thousand photographs from Flickr."""

BSD300 = DataSet(
    name="bsd300",
    title="Berkeley Segmentation Dataset 300",
    kind="photographs",
    home=f"{_BERKELEY}/bsds/",
    licence=_NON_COMMERCIAL,
    paper="Martin, Fowlkes, Tal, Malik: A Database of Human Segmented Natural Images, ICCV 2001",
    use="the bright pictures that NeRCo trains on (all 300)",
    layout=("[BSDS300/][images/]{train,test}/*.jpg",),
    splits=(Split("train", samples=200), Split("test", samples=100)),
    scan=_scan_bsd300,
    overlaps=("bsds500",),
)
"""Berkeley's 300."""

BSDS500 = DataSet(
    name="bsds500",
    title="Berkeley Segmentation Data Set 500",
    kind="photographs",
    home=f"{_BERKELEY}/grouping/resources.html",
    licence=f"{NOT_STATED} (BSD300, which is part of it: {_NON_COMMERCIAL})",
    paper="Arbelaez, Maire, Fowlkes, Malik: Contour Detection and Hierarchical Image Segmentation, "
    "TPAMI 2011",
    use="training of the shipped models, stage A",
    layout=("[BSR/BSDS500/data/][images/]{train,val,test}/*.jpg",),
    splits=(
        Split("train", samples=200),
        Split("val", samples=100),
        Split("test", samples=200),
    ),
    scan=_scan_bsds500,
    notes=("train and val are the pictures of BSD300",),
    overlaps=("bsd300",),
)
"""Berkeley's 500."""

URBAN100 = DataSet(
    name="urban100",
    title="Urban 100",
    kind="photographs",
    home="https://github.com/jbhuang0604/SelfExSR",
    licence=NOT_STATED,
    paper="Huang, Singh, Ahuja: Single Image Super-Resolution from Transformed Self-Exemplars, "
    "CVPR 2015",
    use="training of the shipped models, stage A",
    layout=("image_SRF_2/img_001_SRF_2_HR.png (or image_SRF_4), or img_001.png",),
    splits=(Split("train", samples=100),),
    scan=_scan_urban,
    notes=("a test set of super-resolution: models trained on it are not reported on it",),
)
"""A hundred photographs of buildings."""

KODAK = DataSet(
    name="kodak",
    title="Kodak Lossless True Color Image Suite",
    kind="photographs",
    home="https://r0k.us/graphics/kodak/",
    licence="released for unrestricted usage, as the home page understands it",
    paper="none",
    use="plain compression is reported on it; never trained on",
    layout=("[kodak/]kodim01.png … kodim24.png",),
    splits=(Split("test", samples=24, named=tuple(f"{n:02}" for n in range(1, 25))),),
    scan=_scan_kodak,
)
"""Kodak's 24."""
