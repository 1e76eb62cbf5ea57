"""Draw a sheet of real and synthetic low light, both unchanged and brightened.

python -m measurements.darkening_sheet --photographs DIR --out FILE

draws photographs and their darkened versions. ``measurements.darkening_match --sheet FILE`` draws
the low pictures of LOL and its high pictures, darkened to the same mean.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from llcodec._arrays import Pixels
from llcodec.data.darkening import Darkening, darken, random_darkening
from llcodec.data.pairs import read_photographs

_HEIGHT, _WIDTH = 200, 300  # of each crop, which is not scaled, so that noise is visible
_LINE = 14  # the height of the labels above a row
_MEAN = 100.0  # levels to which the brightened versions are scaled
_EXPOSURE = 1 / 25


@dataclass(frozen=True)
class Row:
    """A real picture and a synthetic one, both 8-bit, with their labels."""

    real: Pixels
    synthetic: Pixels
    names: tuple[str, str]


def sheet(rows: Sequence[Row]) -> Pixels:
    """Return rows of four pictures with labels: real, brightened, synthetic, brightened."""
    whole = Image.new("RGB", (4 * _WIDTH, len(rows) * (_HEIGHT + _LINE)), "white")
    write = ImageDraw.Draw(whole)
    for number, row in enumerate(rows):
        top = number * (_HEIGHT + _LINE)
        both = zip((row.real, row.synthetic), row.names, strict=True)
        for place, (picture, name) in enumerate(both):
            factor = _MEAN / max(float(picture.mean()), 1.0)
            left = 2 * place * _WIDTH
            crop = _crop(picture)
            bright = np.clip(np.rint(crop * factor), 0, 255).astype(np.uint8)
            write.text((left + 3, top + 1), name, fill="black")
            write.text((left + _WIDTH + 3, top + 1), f"x {factor:.1f}", fill="black")
            whole.paste(Image.fromarray(crop), (left, top + _LINE))
            whole.paste(Image.fromarray(bright), (left + _WIDTH, top + _LINE))
    return np.asarray(whole)


def own_rows(photographs: Sequence[Pixels], exposure: float) -> list[Row]:
    """Return photographs with randomly darkened versions, with this share of their light."""
    rows = []
    for seed, real in enumerate(photographs):
        how = random_darkening(np.random.default_rng(seed), exposure)
        synthetic = darkened(real, how, np.random.default_rng([seed, 1]))
        rows.append(Row(real, synthetic, ("real", f"synthetic, 1/{1 / exposure:.0f} of the light")))
    return rows


def darkened(pixels: Pixels, how: Darkening, rng: np.random.Generator | None) -> Pixels:
    """Darken an 8-bit picture."""
    dark = darken(pixels.astype(np.float32) / np.float32(255), how, rng)
    return (dark * 255).round().astype(np.uint8)


def save_sheet(path: Path, rows: Sequence[Row]) -> None:
    """Write a sheet as PNG, JPEG or WebP, depending on the suffix."""
    Image.fromarray(sheet(rows)).save(path, quality=80)


def _crop(picture: Pixels) -> Pixels:
    """Return the centre of a picture, padded with black if it is smaller than a crop."""
    top = max(0, (picture.shape[0] - _HEIGHT) // 2)
    left = max(0, (picture.shape[1] - _WIDTH) // 2)
    crop = np.zeros((_HEIGHT, _WIDTH, 3), np.uint8)
    part = picture[top : top + _HEIGHT, left : left + _WIDTH]
    crop[: part.shape[0], : part.shape[1]] = part
    return crop


def main() -> None:
    """Make the sheet of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photographs", type=Path, required=True)
    parser.add_argument("--exposure", type=float, default=_EXPOSURE)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    save_sheet(options.out, own_rows(read_photographs(options.photographs), options.exposure))


if __name__ == "__main__":
    main()
