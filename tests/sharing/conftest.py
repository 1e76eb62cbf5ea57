"""A model, and a look of it."""

from pathlib import Path

import numpy as np
import pytest

from llcodec._cards import ModelReference
from llcodec._weight_files import rounded_half
from llcodec.codec.looks import LookFile, synthesis_arrays, write_look
from llcodec.codec.models import load_model

TINY = Path(__file__).parents[1] / "golden" / "v1" / "tiny.safetensors"


@pytest.fixture
def look(tmp_path: Path) -> Path:
    """The file of a look of ``TINY``: its weights with noise."""
    file, rng = load_model(str(TINY)), np.random.default_rng(0)
    arrays = {
        key: rounded_half(value + 0.02 * rng.normal(size=value.shape)).astype(np.float32)
        for key, value in synthesis_arrays(file.arrays).items()
    }
    path = tmp_path / "look.safetensors"
    reference = ModelReference(file.name, file.sha256)
    write_look(path, LookFile("tiny-look", reference, arrays, {"data": "noise"}), "tiny")
    return path
