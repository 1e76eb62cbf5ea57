"""Write a small model with groups of channels, and files of random latents, to ``web/test/data``.

No golden file has such a model yet. Run from the root of the repository:
``PYTHONPATH=. python web/test/make_grouped.py``.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from llcodec.codec.weights import ModelFile, read_model, write_model
from llcodec.container import Container, Header, Tile, pack
from llcodec.engine.tensors import to_tensor
from llcodec.nets.joint import JointModel
from llcodec.training.export import Calibration, export_model
from measurements.golden import facts
from tests.engine.onnx.conftest import TINY_2
from tests.golden.golden_pictures import smooth_picture

DATA = Path(__file__).parent / "data"
WEIGHTS = DATA / "grouped.safetensors"
HEIGHT, WIDTH = 9, 13  # in latents
QUALITIES = (256, 1100, 2048)


@torch.no_grad()
def untrained() -> None:
    """Write the weight file of a model with random weights."""
    torch.manual_seed(3)
    model = JointModel(TINY_2.plain()).eval()
    y = model.analyse(to_tensor(smooth_picture(128, 192, 20, white=80)), None)
    quality = torch.tensor([4.0])
    calibration = Calibration([(y * 6.0 / y.std() * model.log_gain(quality).exp(), quality)])
    export_model(model, "grouped", calibration, {"data": "noise"}, WEIGHTS)


def varied(file: ModelFile, rng: np.random.Generator) -> ModelFile:
    """Return the model with random start values, magnitudes and biases: all of them matter."""
    groups = []
    for group in file.networks.groups:
        *inner, last = group.parameters
        last = replace(last, bias=last.bias + rng.integers(-(2**20), 2**20, len(last.bias)))
        assert group.quality_bias is not None
        bias = rng.integers(-3000, 3000, group.quality_bias.shape)
        groups.append(replace(group, parameters=(*inner, last), quality_bias=bias))
    shape = file.networks.index_start.shape
    start = rng.integers(0, 64 * 40, shape)
    magnitudes = rng.integers(2**14, 2**22, shape)
    networks = replace(file.networks, groups=groups, index_start=start, magnitudes=magnitudes)
    return replace(file, networks=networks)


def main() -> None:
    """Write everything."""
    DATA.mkdir(exist_ok=True)
    untrained()
    rng = np.random.default_rng(1)
    write_model(WEIGHTS, varied(read_model(WEIGHTS), rng))
    file = read_model(WEIGHTS)
    coder, expected = file.coder(), {}
    for quality in QUALITIES:
        spread = rng.uniform(0.2, 60, (file.preset.latents, 1, 1))
        y = rng.standard_normal((file.preset.latents, HEIGHT, WIDTH)) * spread
        z = np.rint(rng.standard_normal((file.preset.hyper_latents, 3, 4)) * 4)
        stream, latents = coder.encode(y, z, quality)
        header = Header(16 * WIDTH - 3, 16 * HEIGHT - 5, quality, file.name, file.short_hash)
        data = pack(Container(header, (Tile(latents.checksum(), stream),)))
        (DATA / f"grouped-{quality}.llc").write_bytes(data)
        expected[f"grouped-{quality}.llc"] = facts(data, coder)
    (DATA / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
