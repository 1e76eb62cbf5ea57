"""Folders of golden files: files, their decoded pixels, and facts that never change.

A folder contains weight files, ``.llc`` files, a PNG for each, and ``expected.json``:

    {"models": {NAME: weight file or name of a shipped model},
     "files": {FILE: {"what": text, "model": NAME, "exactly": what :func:`facts` returns,
                      "pixels": PNG (or absent), "as_shot": PNG (or absent)}},
     "broken": {FILE: {"what": text, "model": NAME, "error": class in llcodec.errors}}}
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from llcodec import container, imaging
from llcodec._arrays import Samples
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.imaging import Picture
from measurements.fingerprint import tile_print

EXPECTED: Final = "expected.json"
LEVEL: Final = 1.0
"""The tolerance of decoded pixels, in levels of 8 bits."""

_SIXTEEN_TO_EIGHT: Final = 257  # levels of 16 bits in one of 8


def read_expected(folder: Path) -> dict[str, Any]:
    """Return the expected results of the files of a folder."""
    expected: dict[str, Any] = json.loads((folder / EXPECTED).read_text("utf-8"))
    return expected


def model_of(folder: Path, models: Mapping[str, str], name: str) -> str:
    """Return a model for ``Codec``: a path in the folder, or the name of a shipped model."""
    file = folder / models[name]
    return str(file) if file.is_file() else models[name]


def facts(data: bytes, coder: LatentCoder) -> dict[str, Any]:
    """Return everything of a file that must decode identically, ready for JSON.

    These are the header, a fingerprint of each tile, and hashes of everything else in the file.
    Raises the errors of ``container.unpack``, and CorruptError if a tile or the alpha plane cannot
    be decoded.
    """
    file = container.unpack(data)
    header, metadata = file.header, file.metadata
    alpha = None
    if file.alpha is not None:
        size = header.width, header.height
        plane = imaging.decode_alpha(file.alpha, *size, header.sixteen_bit)
        alpha = plane.astype("<u2" if header.sixteen_bit else "u1").tobytes()
    fields = asdict(header) | {"model_hash": header.model_hash.hex()}
    fields["tone"] = None if header.tone is None else list(header.tone)
    return {
        "version": list(container.read_version(data)),
        "header": fields,
        "tiles": [asdict(tile_print(coder, header, *item)) for item in enumerate(file.tiles)],
        "alpha": _hash(alpha),
        "exif": _hash(metadata.exif),
        "icc": _hash(metadata.icc),
        "xmp": _hash(metadata.xmp),
        "unknown": [[chunk.type, _hash(chunk.payload)] for chunk in file.unknown],
    }


def _hash(item: bytes | None) -> str | None:
    return None if item is None else sha256(item).hexdigest()


def distance(picture: Picture, expected: Picture) -> float:
    """Return the largest difference of a sample in levels of 8 bits.

    It is infinite if anything else differs: size, depth, number of channels, or alpha, which is
    lossless.
    """
    pixels, wanted = picture.pixels, expected.pixels
    same = (
        pixels.shape == wanted.shape
        and pixels.dtype == wanted.dtype
        and picture.grey == expected.grey
        and _equal(picture.alpha, expected.alpha)
    )
    if not same:
        return float("inf")
    levels = np.abs(pixels.astype(np.int64) - wanted.astype(np.int64)).max()
    return float(levels) / (_SIXTEEN_TO_EIGHT if picture.sixteen_bit else 1)


def _equal(alpha: Samples | None, other: Samples | None) -> bool:
    if alpha is None or other is None:
        return alpha is other
    return np.array_equal(alpha, other)
