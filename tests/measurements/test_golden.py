"""What golden folders are compared by."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llcodec import container
from llcodec.container import Container, Metadata, RawChunk
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.errors import CorruptError
from llcodec.imaging import Picture, encode_alpha
from measurements.golden import distance, facts, model_of

GOLDEN = Path(__file__).parents[1] / "golden" / "v1"


@pytest.fixture(scope="module")
def file() -> Container:
    return container.unpack((GOLDEN / "later.llc").read_bytes())


def changed(file: Container, **parts: object) -> bytes:
    return container.pack(replace(file, **parts))  # type: ignore[arg-type]


def test_facts_tell_every_part_apart(coder: LatentCoder, file: Container) -> None:
    header = file.header
    plane = np.zeros((header.height, header.width), np.uint8)
    deep = replace(header, has_alpha=True)
    whole = facts(changed(file), coder)
    variants = {
        "exif": changed(file, metadata=replace(file.metadata, exif=b"II*\0")),
        "icc": changed(file, metadata=replace(file.metadata, icc=None)),
        "xmp": changed(file, metadata=Metadata(file.metadata.exif, file.metadata.icc)),
        "unknown": changed(file, unknown=(*file.unknown, RawChunk("zzZZ", b"1"))),
        "header": changed(file, header=replace(header, grey=True)),
        "alpha": changed(file, header=deep, alpha=encode_alpha(plane)),
    }
    for name, data in variants.items():
        other = facts(data, coder)
        differing = {key for key in whole if whole[key] != other[key]}
        assert name in differing
        assert differing <= {name, "header"}


def test_an_alpha_plane_that_cannot_be_decoded_is_corrupt(
    coder: LatentCoder, file: Container
) -> None:
    header = replace(file.header, has_alpha=True)
    with pytest.raises(CorruptError):
        facts(changed(file, header=header, alpha=b"?"), coder)


def test_models_are_files_of_the_folder_or_shipped() -> None:
    assert Path(model_of(GOLDEN, {"tiny": "tiny.safetensors"}, "tiny")).is_file()
    assert model_of(GOLDEN, {"fast": "fast"}, "fast") == "fast"


def pixels(value: int, kind: type = np.uint8) -> np.ndarray:
    return np.full((2, 3, 3), value, kind)


def test_distance_counts_levels_of_eight_bits() -> None:
    assert distance(Picture(pixels(7)), Picture(pixels(7))) == 0
    assert distance(Picture(pixels(250)), Picture(pixels(5))) == 245
    deep = Picture(pixels(1000, np.uint16))
    assert distance(deep, Picture(pixels(1257, np.uint16))) == 1


def test_other_pictures_are_infinitely_far() -> None:
    plain, plane = Picture(pixels(7)), np.ones((2, 3), np.uint8)
    others = [
        Picture(pixels(7)[:1]),
        Picture(pixels(7, np.uint16)),
        Picture(pixels(7), grey=True),
        Picture(pixels(7), plane),
    ]
    for other in others:
        assert distance(plain, other) == distance(other, plain) == float("inf")
    assert distance(Picture(pixels(7), plane), Picture(pixels(7), plane + 1)) == float("inf")
    assert distance(Picture(pixels(7), plane), Picture(pixels(9), plane)) == 2
