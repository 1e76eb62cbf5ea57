"""Draw a sheet of validation pictures and outputs of the model."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from llcodec._arrays import Pixels
from llcodec._outputs import atomic_write
from llcodec.data.pairs import Pair
from llcodec.nets.joint import JointModel
from llcodec.training.validation import decoded, enhanced

_WIDTH = 300  # of each picture, in pixels


def draw_sheet(
    model: JointModel,
    pictures: Sequence[tuple[Tensor, Tensor]],
    qualities: Sequence[float],
    enhance: bool,
    path: Path,
) -> None:
    """Write a row for each (low, high) pair: the input, each quality in order, the target."""
    rows = []
    for low, high in pictures:
        with torch.random.fork_rng():  # drawing does not change random numbers of the training
            made = [decoded(model, low[None], quality, enhance)[0][0] for quality in qualities]
        rows.append([pixels_of(picture) for picture in (low, *made, high)])
    paste_rows(rows, path)


def draw_enhanced(
    enhance: Callable[[Tensor], Tensor], pairs: Sequence[Pair], device: torch.device, path: Path
) -> None:
    """Write a row for each pair: the dark picture, the enhanced one, the bright one."""
    if pairs:
        paste_rows([[p.low, enhanced(enhance, p.low, device), p.high] for p in pairs], path)


def paste_rows(rows: Sequence[Sequence[Pixels]], path: Path) -> None:
    """Write rows of pictures, H×W×3 with 8 bits, as one PNG; those of a row have equal heights."""
    small = [[_small(picture) for picture in row] for row in rows]
    heights = [row[0].height for row in small]
    sheet = Image.new("RGB", (_WIDTH * max(map(len, small)), sum(heights)))
    for number, row in enumerate(small):
        for column, picture in enumerate(row):
            sheet.paste(picture, (_WIDTH * column, sum(heights[:number])))
    with atomic_write(path) as part:
        sheet.save(part, format="PNG")


def pixels_of(picture: Tensor) -> Pixels:
    """Return a picture 3×H×W in [0, 1] as 8-bit pixels H×W×3."""
    values = (picture.clamp(0, 1) * 255).round().to(torch.uint8)
    pixels: Pixels = values.permute(1, 2, 0).cpu().numpy()
    return pixels


def _small(pixels: Pixels) -> Image.Image:
    image = Image.fromarray(pixels)
    height = max(1, round(image.height * _WIDTH / image.width))
    return image.resize((_WIDTH, height), Image.Resampling.LANCZOS)
