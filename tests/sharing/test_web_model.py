"""Models for the web have all that decoding needs, and the same numbers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, load_file

from llcodec._arrays import Arrays
from llcodec.codec.looks import detailed_arrays
from llcodec.codec.models import find_model, load_model
from llcodec.codec.weights import ModelFile
from llcodec.engine.onnx.cores import cut_inputs
from llcodec.engine.onnx.devices import choose_provider
from llcodec.engine.onnx.session import Session
from llcodec.engine.onnx.transforms import OnnxTransforms
from llcodec.errors import WrongModelError
from llcodec.sharing.web_model import FORMAT, web_model
from tests.sharing.conftest import TINY

V1 = TINY.parent


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
    check_synthesis(file, web_model(file), file.arrays)


@pytest.mark.parametrize("detail", [0.5, 1.0])
def test_its_synthesis_can_be_that_of_a_look(look: Path, detail: float) -> None:
    file = load_model(str(TINY))
    data = web_model(file, detail, str(look))
    # Weights in between are rounded to half precision.
    tolerance = 1e-5 if detail == 1 else 2e-3
    check_synthesis(file, data, detailed_arrays(file, detail, str(look)), tolerance)
    plain, detailed = load(web_model(file)), load(data)
    sizes = [each["graph.synthesis"].nbytes for each in (plain, detailed)]
    assert max(sizes) < 1.05 * min(sizes)
    assert plain.keys() == detailed.keys()
    differing = {k for k in plain if not np.array_equal(plain[k], detailed[k])}
    assert differing == {"graph.synthesis"}


def test_a_look_of_another_model_is_refused(look: Path) -> None:
    with pytest.raises(WrongModelError, match="a look of the model tiny"):
        web_model(load_model("fast"), 1.0, str(look))


def check_synthesis(file: ModelFile, data: bytes, arrays: Arrays, tolerance: float = 1e-5) -> None:
    """Check a model for the web against the engine with these arrays."""
    shape, core = (1, file.preset.latents, 25, 29), (slice(8, 17), slice(8, 21))
    latents = np.random.default_rng(1).normal(0, 2, shape).astype(np.float32)
    cuts: Any = card_of(data)["cuts"]
    inputs = cut_inputs(
        core, shape[2:], dict(cuts["reaches"]), cuts["factor"], linear=cuts["linear"]
    )
    session = Session(load(data)["graph.synthesis"].tobytes(), choose_provider("cpu"))
    found = session.run({"latents": latents, **inputs})
    wanted = OnnxTransforms(file.preset, arrays).synthesise(latents[0], core)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= tolerance * np.abs(wanted).max()


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
