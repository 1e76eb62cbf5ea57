"""The golden files and their tiny models, as far as harnesses need them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from llcodec.codec.codec import Codec
from llcodec.container import FlatArea, Note, Resolution, pack, unpack
from llcodec.entropy.latent_coder import LatentCoder
from measurements.golden import model_of, read_expected

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "golden" / "v1"


def golden_files(most: int) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of golden files, whole or broken, of at most ``most`` bytes.

    One is of version 1.1, which has no golden files yet.
    """
    for path in sorted(FOLDER.rglob("*.llc")):
        if path.stat().st_size <= most:
            yield path.stem, path.read_bytes()
    newer = _with_newer_chunks((FOLDER / "metadata.llc").read_bytes())
    if len(newer) <= most:
        yield "newer", newer


def _with_newer_chunks(data: bytes) -> bytes:
    """Return a file with a resolution, a note, and a flat area in two of its corners."""
    file = unpack(data)
    resolution, notes = Resolution(11811, 11811), (Note("Author", "Ada", "en", "Author"),)
    width, height = file.header.width, file.header.height
    areas = (
        FlatArea(0, (0, 0, 0), width, (width, width // 2, 1)),
        FlatArea(3, (9, 9, 9), width, (width // 3,) * height),
    )
    metadata = replace(file.metadata, resolution=resolution, notes=notes)
    return pack(replace(file, metadata=metadata, flat=areas))


@cache
def golden_codecs() -> Mapping[bytes, Codec]:
    """Return the codecs of the golden files by the hash that stands in headers, tiny first."""
    models = read_expected(FOLDER)["models"]
    codecs = [Codec(model_of(FOLDER, models, name), device="cpu") for name in sorted(models)]
    return {codec.file.short_hash: codec for codec in codecs}


@cache
def golden_coders() -> Mapping[bytes, LatentCoder]:
    """Return the coders of the same models, by the same hashes and in the same order."""
    return {key: codec.file.coder() for key, codec in golden_codecs().items()}
