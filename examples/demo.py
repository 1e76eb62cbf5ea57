"""Encode and decode the example pictures, print what they cost, and draw a before/after sheet.

The results go to ``demo/``: an ``.llc`` and a ``.png`` of every picture, and ``sheet.jpg``.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

import llcodec

ROOT = Path(__file__).resolve().parent.parent
QUALITY = 4.0
THUMBNAIL = 480  # pixels of width


def main() -> None:
    """Run the demo."""
    out = ROOT / "demo"
    out.mkdir(exist_ok=True)
    llcodec.decode(llcodec.encode(Image.new("RGB", (64, 64))))  # load the model before timing
    names = ("size", "JPEG kB", ".llc kB", "bpp", "encode s", "decode s")
    numbers = (Column(name, justify="right") for name in names)
    table = Table(Column("picture", no_wrap=True), *numbers, box=SIMPLE)
    rows = []
    for path in sorted((ROOT / "examples").glob("*.jpg")):
        dark = Image.open(path)
        start = time.perf_counter()
        data = llcodec.encode(dark, QUALITY)
        encoded = time.perf_counter()
        bright = llcodec.decode(data)
        decoded = time.perf_counter()
        (out / f"{path.stem}.llc").write_bytes(data)
        bright.save(out / f"{path.stem}.png")
        rows.append((dark, bright))
        table.add_row(
            path.stem,
            f"{dark.width}×{dark.height}",
            f"{path.stat().st_size / 1000:.1f}",
            f"{len(data) / 1000:.1f}",
            f"{8 * len(data) / (dark.width * dark.height):.3f}",
            f"{encoded - start:.2f}",
            f"{decoded - encoded:.2f}",
        )
    sheet(rows).save(out / "sheet.jpg", quality=88)
    Console().print(table)
    print(f"before (left) and after (right): {(out / 'sheet.jpg').relative_to(ROOT)}")


def sheet(rows: Sequence[tuple[Image.Image, Image.Image]]) -> Image.Image:
    """Return one picture with a row for each pair, before on the left and after on the right."""
    heights = [THUMBNAIL * dark.height // dark.width for dark, _ in rows]
    page = Image.new("RGB", (2 * THUMBNAIL, sum(heights)))
    top = 0
    for pair, height in zip(rows, heights, strict=True):
        for column, picture in enumerate(pair):
            small = picture.convert("RGB").resize((THUMBNAIL, height))
            page.paste(small, (column * THUMBNAIL, top))
        top += height
    return page


if __name__ == "__main__":
    main()
