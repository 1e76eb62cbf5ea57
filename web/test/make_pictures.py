"""Write files that no golden file is like, and what Python decodes of them, to ``web/test/data``.

They have a local tone curve, areas of one colour, and sizes of several windows. Run from the root
of the repository: ``PYTHONPATH=. python web/test/make_pictures.py``.
"""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from llcodec import container
from llcodec._arrays import Samples
from llcodec.codec.codec import Codec, Target
from llcodec.codec.region import Region
from llcodec.imaging import Picture, write_picture
from tests.golden.golden_pictures import smooth_picture

DATA = Path(__file__).parent / "data"
TINY = Path(__file__).parents[2] / "tests" / "golden" / "v1" / "tiny.safetensors"
_CROP = (470, 460, 90, 100)  # left, top, width, height: where four windows meet
_LIGHTS: tuple[dict[str, float], ...] = (
    {},
    {"brightness": 0.0},
    {"brightness": 0.4},
    {"brightness": 1.7},
    {"exposure": 1.5},
    {"exposure": -1.0},
    {"brightness": 0.0, "exposure": 2.0},
    {"black_point": 20.0},
    {"brightness": 1.3, "exposure": -0.5, "black_point": 9.0},
)
_NAMES = {"black_point": "blackPoint"}  # in TypeScript


def local_curve() -> tuple[int, ...]:
    """Return 43 tone numbers that change everything."""
    matrix = (4300, -150, -60, -80, 4250, -90, 20, -120, 4200)
    exposures = np.random.default_rng(0).integers(-40, 40, 24)
    gains, toes = (4200, 3900, 4500, 300, 0, -500), (900, 0, 300, 9000)
    return (*gains, *matrix, *toes, *(int(n) for n in exposures))


def letterbox() -> Samples:
    """Return a dark picture with bars and a cut corner."""
    pixels = smooth_picture(96, 150, 20, white=90)
    pixels[:20], pixels[-9:] = (3, 4, 5), (0, 0, 0)
    for row in range(30):
        pixels[20 + row, : 30 - row] = (3, 4, 5)
    return pixels


def files() -> dict[str, bytes]:
    """Return the files by their names."""
    codec = Codec(str(TINY))
    large = codec.encode(Picture(smooth_picture(1040, 1060, 3, white=80)), Target(2.0))
    small = codec.encode(Picture(smooth_picture(120, 200, 7, white=80)), Target(6.0))
    file = container.unpack(small)
    local = replace(file, header=replace(file.header, tone=local_curve()))
    return {
        "windows.llc": large,
        "global.llc": small,
        "local.llc": container.pack(local),
        "flat.llc": codec.encode(Picture(letterbox()), Target(5.0)),
    }


def main() -> None:
    """Write everything."""
    codec = Codec(str(TINY))
    expected: list[dict[str, Any]] = []
    for name, data in files().items():
        (DATA / name).write_bytes(data)
        seen = _CROP if name == "windows.llc" else None
        for number, light in enumerate(_LIGHTS if seen is None else _LIGHTS[:2]):
            out = io.BytesIO()
            region = None if seen is None else Region(*seen)
            write_picture(codec.decode(data, **light, region=region), out, format="PNG")
            picture = f"{name.removesuffix('.llc')}-{number}.png"
            (DATA / picture).write_bytes(out.getvalue())
            shown = {_NAMES.get(key, key): value for key, value in light.items()}
            expected.append({"file": name, "light": shown, "crop": seen, "pixels": picture})
    (DATA / "pictures.json").write_text(json.dumps(expected, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
