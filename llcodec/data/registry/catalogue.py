"""All data sets by name, and their samples."""

from pathlib import Path

from llcodec.data.registry.dark import DICM, LIME
from llcodec.data.registry.entry import DataSet
from llcodec.data.registry.generic import PAIRS, PHOTOGRAPHS
from llcodec.data.registry.listing import Listing, Sample
from llcodec.data.registry.lol import LOL, LOL_V2_REAL, LOL_V2_SYNTHETIC
from llcodec.data.registry.lsrw import LSRW
from llcodec.data.registry.photographs import BSD300, BSDS500, FLICKR_2W, KODAK, URBAN100
from llcodec.data.registry.sdsd import SDSD_INDOOR, SDSD_OUTDOOR
from llcodec.data.registry.sice import SICE
from llcodec.data.registry.sid import SID
from llcodec.data.registry.smid import SMID
from llcodec.data.registry.stacks import STACKS
from llcodec.data.registry.table import TABLE
from llcodec.errors import InputError

_ALL = (
    *(SID, SMID, SDSD_INDOOR, SDSD_OUTDOOR, LOL, LOL_V2_REAL, LOL_V2_SYNTHETIC, LSRW, SICE, STACKS),
    *(FLICKR_2W, BSD300, BSDS500, URBAN100, KODAK, LIME, DICM, PAIRS, PHOTOGRAPHS),
)

REGISTRY: dict[str, DataSet] = {dataset.name: dataset for dataset in _ALL}
"""Every data set that llcodec supports, by its name."""


def find(name: str) -> DataSet:
    """Return the data set of a name, ignoring case.

    Raises InputError, which lists the known names, if there is none.
    """
    found = REGISTRY.get(name.lower())
    if found is None:
        raise InputError(f"no data set is called {name!r}; known are {', '.join(REGISTRY)}")
    return found


def folder_of(dataset: DataSet, root: Path) -> Path:
    """Return the folder of a data set: ``root``, or the prepared folder of its name in ``root``.

    Several data sets can thus share a root. A table in ``root`` has precedence.
    Raises InputError if ``root`` is not a folder.
    """
    if not root.is_dir():
        raise InputError(f"{root}: no such folder")
    below = root / dataset.name
    prepared = not (root / TABLE).is_file() and (below / TABLE).is_file()
    return below if prepared else root


def listing(dataset: DataSet, root: Path) -> Listing:
    """Return the samples of a data set in ``root``. Raises InputError if it is not a folder."""
    return dataset.scan(folder_of(dataset, root))


def samples(dataset: DataSet, root: Path, split: str) -> list[Sample]:
    """Return the samples of one split of a data set in ``root``, in order.

    Raises InputError if the folder has none.
    """
    found = listing(dataset, root)
    chosen = [sample for sample in found.samples if sample.split == split]
    if not chosen:
        reason = f" ({found.problems[0]})" if found.problems and not found.samples else ""
        raise InputError(f"{root}: no {dataset.unit} of the split {split!r}{reason}")
    return chosen
