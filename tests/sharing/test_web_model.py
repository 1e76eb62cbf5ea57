"""Models for the web have all that decoding needs, and the same numbers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, load_file

from llcodec.codec.models import find_model, load_model
from llcodec.engine.onnx.cores import cut_inputs
from llcodec.engine.onnx.devices import choose_provider
from llcodec.engine.onnx.session import Session
from llcodec.engine.onnx.transforms import OnnxTransforms
from llcodec.sharing.web_model import FORMAT, web_model

V1 = Path(__file__).parents[1] / "golden" / "v1"


def card_of(data: bytes) -> dict[str, object]:
    """Return the card among the metadata of a safetensors file."""
    length = int.from_bytes(data[:8], "little")
    card: dict[str, object] = json.loads(
        json.loads(data[8 : 8 + length])["__metadata__"]["llcodec"]
    )
    return card


@pytest.mark.parametrize("name", ["fast", "base-2", str(V1 / "tiny.safetensors")])
def test_integers_and_gains_are_those_of_the_weight_file(name: str) -> None:
    made = load(web_model(load_model(name)))
    original = load_file(find_model(name))
    exact = {k: v for k, v in original.items() if k.startswith(("integer.", "table."))}
    assert {k for k in made if not k.startswith(("float.", "graph."))} == exact.keys()
    for key, values in exact.items():
        assert made[key].dtype == values.dtype
        assert np.array_equal(made[key], values)
    key = "float.gain.log_inverse"
    assert np.array_equal(made[key], original[key].astype(np.float32))


@pytest.mark.parametrize("name", ["fast", "base-2", str(V1 / "tiny.safetensors")])
def test_its_synthesis_is_that_of_the_engine(name: str) -> None:
    file = load_model(name)
    data = web_model(file)
    shape, core = (1, file.preset.latents, 25, 29), (slice(8, 17), slice(8, 21))
    latents = np.random.default_rng(1).normal(0, 2, shape).astype(np.float32)
    cuts: Any = card_of(data)["cuts"]
    inputs = cut_inputs(
        core, shape[2:], dict(cuts["reaches"]), cuts["factor"], linear=cuts["linear"]
    )
    session = Session(load(data)["graph.synthesis"].tobytes(), choose_provider("cpu"))
    found = session.run({"latents": latents, **inputs})
    wanted = OnnxTransforms(file.preset, file.arrays).synthesise(latents[0], core)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 1e-5 * np.abs(wanted).max()


def test_the_card_names_the_weight_file() -> None:
    file = load_model("fast")
    card = card_of(web_model(file))
    assert (card["format"], card["name"], card["hash"]) == (
        FORMAT,
        "fast",
        file.short_hash.hex(),
    )


def test_it_is_much_smaller_than_the_weight_file() -> None:
    assert len(web_model(load_model("fast"))) < 0.65 * find_model("fast").stat().st_size
