"""Make the golden files of the models that ship: what they code must stay decodable.

    python -m tests.golden.make_shipped NAME…

A released model keeps its name and its weights for ever, since its files name them; better weights
get another name. This script therefore refuses to touch files that are there.
"""

import io
import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import llcodec
from llcodec.imaging import write_picture
from measurements.golden import EXPECTED, facts

FOLDER = Path(__file__).parent / "shipped"
SOURCE = Path(__file__).parents[2] / "examples" / "fern.jpg"
_PART = (500, 500, 180, 100)  # left, top, width and height


def main(names: list[str]) -> None:
    """Write a file, its pixels and what is expected, for each model."""
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / EXPECTED
    expected = json.loads(path.read_text()) if path.exists() else {}
    for name in names:
        if name in expected:
            sys.exit(f"golden files of {name} are there already, and are not made twice")
        codec = llcodec.Codec(name, device="cpu")
        data = codec.encode(llcodec.Picture(_pixels()), llcodec.Target(4.5))
        out = io.BytesIO()
        write_picture(codec.decode(data), out, format="PNG")
        (FOLDER / f"{name}.llc").write_bytes(data)
        (FOLDER / f"{name}.png").write_bytes(out.getvalue())
        expected[name] = facts(data, codec.file.coder())
    path.write_text(json.dumps(expected, indent=1) + "\n")


def _pixels() -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    left, top, width, height = _PART
    with Image.open(SOURCE) as image:
        return np.asarray(image.convert("RGB").crop((left, top, left + width, top + height)))


if __name__ == "__main__":
    main(sys.argv[1:])
