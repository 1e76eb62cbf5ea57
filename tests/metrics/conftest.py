"""Photographs, and what a codec and the dark have made of them."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from PIL import Image

from llcodec._arrays import Pixels

Damaged: TypeAlias = tuple[Pixels, Pixels]

_EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def damaged() -> Sequence[Damaged]:
    """Parts of two photographs, 300×420 pixels: as JPEG of low quality and at half the light."""
    pairs = []
    for name in ("blue_hour", "forest_path"):
        with Image.open(_EXAMPLES / f"{name}.jpg") as image:
            part = image.convert("RGB").crop((400, 300, 820, 600))
        file = BytesIO()
        part.save(file, "JPEG", quality=15)
        photograph = np.asarray(part)
        coded = np.asarray(Image.open(file))
        pairs += [(coded, photograph), (photograph // 2, photograph)]
    return pairs
