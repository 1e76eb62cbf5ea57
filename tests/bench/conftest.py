"""Small pairs of pictures as files, and an enhancer that counts its work."""

import shlex
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

# Brightens, and writes a line to a file each time. The command does not name that file, since a
# file that it names is taken for a part of the program.
COUNTED = """
import sys
from PIL import Image
with open({log!r}, "a") as log:
    log.write("once\\n")
with Image.open(sys.argv[1]) as picture:
    picture.point(lambda v: 4 * v).save(sys.argv[2])
"""


def scene(seed: int, height: int = 48, width: int = 64) -> np.ndarray:
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(30, 240, (5, 7, 3), dtype=np.uint8))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


@pytest.fixture(scope="session")
def pair_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pairs in low/ and high/: a bright scene, and the same at an eighth with noise."""
    root = tmp_path_factory.mktemp("pairs")
    for seed in range(3):
        high = scene(seed)
        noise = np.random.default_rng(seed).normal(0, 1.5, high.shape)
        low = (high / 8 + noise).clip(0, 255).round().astype(np.uint8)
        for folder, pixels in (("low", low), ("high", high)):
            (root / folder).mkdir(exist_ok=True)
            Image.fromarray(pixels).save(root / folder / f"{seed}.png")
    return root


@pytest.fixture(scope="session")
def alexnet(random_backbones: Path) -> Path:
    """A weight file of a random AlexNet, which LPIPS can be measured with."""
    (path,) = random_backbones.rglob("alexnet-*.pth")
    return path


@pytest.fixture
def counted(tmp_path: Path) -> tuple[str, Path]:
    """A pipeline that counts how often its enhancer runs, and where it counts."""
    program, log = tmp_path / "counted.py", tmp_path / "log"
    program.write_text(COUNTED.format(log=str(log)))
    words = shlex.join((sys.executable, str(program)))
    return f"ebc:cmd:{words} {{input}} {{output}}+jpeg", log
