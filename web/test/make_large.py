"""Write a file of 12 megapixels, and parts of what Python decodes of it, to ``web/test/data``.

Run from the root of the repository: ``PYTHONPATH=. python web/test/make_large.py``.
"""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from llcodec.codec.codec import Codec, Target
from llcodec.imaging import Picture, write_picture

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data"
SIZE = (4000, 3000)
# Left, top, width and height: the corners, and places where windows and tiles meet.
PARTS = ((0, 0, 64, 64), (3936, 2936, 64, 64), (960, 960, 96, 96), (2000, 2000, 96, 96))


def main() -> None:
    """Write the file, the parts beside each other, and their places."""
    with Image.open(ROOT / "examples" / "fern.jpg") as photograph:
        pixels = np.asarray(photograph.resize(SIZE, Image.Resampling.BICUBIC))
    codec = Codec("fast")
    data = codec.encode(Picture(pixels), Target(1.0))
    (DATA / "large.llc").write_bytes(data)
    decoded = codec.decode(data).pixels
    strip = np.zeros((96, sum(width for _, _, width, _ in PARTS), 3), np.uint8)
    at = 0
    for left, top, width, height in PARTS:
        strip[:height, at : at + width] = decoded[top : top + height, left : left + width]
        at += width
    out = io.BytesIO()
    write_picture(Picture(strip), out, format="PNG")
    (DATA / "large-parts.png").write_bytes(out.getvalue())
    (DATA / "large.json").write_text(json.dumps(PARTS) + "\n", "utf-8")


if __name__ == "__main__":
    main()
