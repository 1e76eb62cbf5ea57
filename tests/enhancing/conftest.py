"""Tiny networks of both kinds in which every layer has a say, and dark pictures."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from llcodec._arrays import Samples
from llcodec.codec.models import load_model
from llcodec.codec.weights import ModelFile
from llcodec.enhancing.pieces import Piece
from llcodec.imaging import Picture
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.weights import NercoFile, write_nerco
from llcodec.nets.presets import Preset

if TYPE_CHECKING:
    from torch import Tensor

MakePicture = Callable[..., Picture]
Assembled = Callable[[Iterable[Piece], Samples], "Tensor"]


@pytest.fixture(scope="session")
def nerco(tiny_nerco: NercoPreset) -> NercoFile:
    import torch
    from torch import nn

    from llcodec.nerco.model import NercoModel
    from llcodec.nerco.torch_engine import nerco_file

    torch.manual_seed(4)
    model = NercoModel(tiny_nerco, degrader=False)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Linear) and not module.weight.any():
                nn.init.normal_(module.weight, std=0.05)
        model.g_h.net.tail[3].weight.mul_(10)  # type: ignore[union-attr,index]
    return nerco_file("tiny-nerco", model.eval().requires_grad_(False))


@pytest.fixture(scope="session")
def nerco_path(nerco: NercoFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("nerco") / "tiny.safetensors"
    write_nerco(path, nerco)
    return path


@pytest.fixture(scope="session")
def joint(tiny_preset: Preset) -> ModelFile:
    """A tiny joint model; the integers beside it, which enhancing never uses, are those of fast."""
    import torch
    from torch import nn

    from llcodec.engine.torch_models import joint_arrays
    from llcodec.nets.joint import JointModel

    torch.manual_seed(1)
    model = JointModel(tiny_preset)
    nn.init.normal_(model.g_a1.to_latent.weight, std=0.003)
    nn.init.normal_(model.g_s.layers[-2].weight, std=0.003)
    assert model.linear_synthesis is not None
    nn.init.normal_(model.linear_synthesis.weight, std=0.02)
    assert model.gain is not None
    nn.init.normal_(model.gain.log_gain, mean=2.0)
    nn.init.normal_(model.gain.log_inverse, mean=-2.1)
    return replace(load_model("fast"), name="tiny", preset=tiny_preset, arrays=joint_arrays(model))


@pytest.fixture(params=["joint", "nerco"])
def model(request: pytest.FixtureRequest, nerco_path: Path) -> str:
    """What is given as the model's name: that of the shipped codec, or the path of a tiny NeRCo."""
    return "joint" if request.param == "joint" else str(nerco_path)


@pytest.fixture(scope="session")
def make_picture() -> MakePicture:
    def make(
        height: int, width: int, *, sixteen_bit: bool = False, grey: bool = False, seed: int = 0
    ) -> Picture:
        """Return noise over a slope, with values up to a quarter of white."""
        slope = np.linspace(0.02, 0.2, width)[None, :, None]
        noise = np.random.default_rng(seed).normal(0, 0.02, (height, width, 1 if grey else 3))
        values = np.broadcast_to((slope + noise).clip(0, 0.25), (height, width, 3))
        white, kind = (65535, np.uint16) if sixteen_bit else (255, np.uint8)
        return Picture((values * white).round().astype(kind), grey=grey)

    return make


@pytest.fixture(scope="session")
def assembled() -> Assembled:
    import torch

    from llcodec.engine.tensors import planes_of

    cpu = torch.device("cpu")

    def assemble(pieces: Iterable[Piece], pixels: Samples) -> "Tensor":
        """Return the picture of pieces; every pixel is covered once."""
        picture = torch.zeros(1, 3, *pixels.shape[:2])
        covered = torch.zeros(pixels.shape[:2])
        for piece in pieces:
            picture[..., piece.rows, piece.columns] = planes_of(piece.values, cpu)
            covered[piece.rows, piece.columns] += 1
        assert bool((covered == 1).all())
        return picture

    return assemble
