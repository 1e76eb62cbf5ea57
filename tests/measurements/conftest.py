"""The model of the golden files of version 1."""

from pathlib import Path

import pytest

from llcodec.codec.weights import read_model
from llcodec.entropy.latent_coder import LatentCoder

GOLDEN = Path(__file__).parents[1] / "golden" / "v1"


@pytest.fixture(scope="module")
def coder() -> LatentCoder:
    return read_model(GOLDEN / "tiny.safetensors").coder()
