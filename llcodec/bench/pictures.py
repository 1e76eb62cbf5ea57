"""The pictures of a benchmark: inputs and references."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llcodec._arrays import Pixels
from llcodec.data.pairs import holds_pairs, read_pixels
from llcodec.data.registry import REGISTRY, DataSet, Sample, find, listing
from llcodec.data.spacing import evenly_spaced
from llcodec.errors import InputError

_SPLITS = ("test", "val", "train")  # the first that exists is the default


@dataclass(frozen=True)
class BenchPicture:
    """The files of one picture.

    Of a pair, ``source`` is the dark picture and ``reference`` the bright one. A photograph is its
    own reference. Dark pictures without a bright one have no reference. ``id`` is unique in the
    set.
    """

    id: str
    source: Path
    reference: Path | None

    @property
    def is_photograph(self) -> bool:
        """Whether the picture is its own reference."""
        return self.reference == self.source

    def read(self, *, brightened: bool = False) -> tuple[Pixels, Pixels | None]:
        """Return source and reference, H×W×3 8-bit sRGB.

        ``brightened`` means that pipelines brighten the source, so that a photograph is not its own
        reference. Raises InputError if the two differ in size.
        """
        source = read_pixels(self.source)
        if self.reference is None or (brightened and self.is_photograph):
            return source, None
        reference = source if self.is_photograph else read_pixels(self.reference)
        if source.shape != reference.shape:
            raise InputError(f"{self.source} and {self.reference} differ in size")
        return source, reference


@dataclass(frozen=True)
class PictureSet:
    """The pictures of one split of a data set."""

    name: str
    split: str
    pictures: tuple[BenchPicture, ...]

    @property
    def references(self) -> str:
        """A description of the references that distortion is measured against."""
        if all(picture.reference is None for picture in self.pictures):
            return "none"
        if all(picture.is_photograph for picture in self.pictures):
            return "the pictures themselves, for pipelines that do not brighten"
        return "the bright pictures of the pairs"


def find_pictures(
    dataset: str, root: Path | None = None, split: str | None = None, limit: int | None = None
) -> PictureSet:
    """Return the pictures of a data set of the registry in ``root``, or of a folder.

    ``limit`` selects at most this many, evenly spaced. Raises InputError if there are none.
    """
    kind, place = _kind_and_place(dataset, root)
    found = listing(kind, place).samples
    chosen = next((s for s in _SPLITS if any(x.split == s for x in found)), None)
    split = split or chosen
    samples = [sample for sample in found if sample.split == split]
    if not samples or split is None:
        raise InputError(f"{place}: no {kind.unit} of the split {split or 'test'!r}")
    name = place.resolve().name if kind.name in ("pairs", "photographs") else kind.name
    return PictureSet(name, split, tuple(map(_picture, spread(samples, limit))))


def spread(samples: Sequence[Sample], limit: int | None) -> list[Sample]:
    """Return at most ``limit`` of the samples, evenly spaced."""
    return list(samples) if limit is None else evenly_spaced(samples, limit)


def _kind_and_place(dataset: str, root: Path | None) -> tuple[DataSet, Path]:
    if root is not None:
        return find(dataset), root
    folder = Path(dataset)
    if not folder.is_dir():
        if dataset.lower() in REGISTRY:
            raise InputError(f"give the folder of the data set {dataset} with --root")
        raise InputError(
            f"{dataset} is neither a folder nor a known data set: {', '.join(REGISTRY)}"
        )
    return find("pairs" if holds_pairs(folder) else "photographs"), folder


def _picture(sample: Sample) -> BenchPicture:
    source = sample.low or sample.high
    assert source is not None, "a sample has a picture"
    return BenchPicture(sample.id, source, sample.high)
