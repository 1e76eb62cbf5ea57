"""TorchScript and exported programs of a small network."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from llcodec._arrays import Pixels
from llcodec.bench.enhancers.registry import enhancer_of
from llcodec.errors import BrokenModelError, InputError, UnknownModelError


class Brighter(nn.Module):
    """Halves both sides and doubles them again, so that sides must be even."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.PixelUnshuffle(2)
        self.mix = nn.Conv2d(12, 12, 1)
        self.up = nn.PixelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        return self.up(self.mix(self.down(x)))  # type: ignore[no-any-return]  # nn.Module's call


class Two(nn.Module):
    """Returns the picture and something else."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x, x


@pytest.fixture(scope="module")
def network() -> Brighter:
    torch.manual_seed(0)
    return Brighter().eval()


@pytest.fixture(scope="module")
def dark() -> Pixels:
    return np.random.default_rng(0).integers(0, 80, (20, 34, 3), dtype=np.uint8)


def script(network: nn.Module, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        trace: Callable[..., Any] = torch.jit.trace
        torch.jit.save(trace(network, torch.zeros(1, 3, 16, 16)), path)
    return path


def program(network: nn.Module, path: Path) -> Path:
    half = (torch.export.Dim("h", min=2), torch.export.Dim("w", min=2))
    sizes = {"x": {2: 2 * half[0], 3: 2 * half[1]}}
    torch.export.save(
        torch.export.export(network, (torch.zeros(1, 3, 16, 16),), dynamic_shapes=sizes), path
    )
    return path


@pytest.mark.parametrize("kind", ["net.pt", "net.pt2"])
def test_a_picture_goes_through_the_network(
    network: Brighter, dark: Pixels, tmp_path: Path, kind: str
) -> None:
    path = (program if kind.endswith("2") else script)(network, tmp_path / kind)
    enhancer = enhancer_of(f"torch:{path}")
    with torch.inference_mode():
        x = torch.from_numpy(dark / np.float32(255)).permute(2, 0, 1)[None]
        expected = network(x)[0].permute(1, 2, 0).mul(255).round().clamp(0, 255).numpy()
    made = enhancer.enhance(dark)
    assert made.std() > 3
    assert np.abs(made - expected).max() <= 1
    assert enhancer.name == "torch-net"
    assert enhancer.settings().versions["torch"] == torch.__version__
    assert enhancer.settings().parameters["device"] == "cpu"


@pytest.mark.parametrize("kind", ["net.pt", "net.pt2"])
def test_sides_must_be_given_where_the_network_takes_few(
    network: Brighter, dark: Pixels, tmp_path: Path, kind: str
) -> None:
    path = (program if kind.endswith("2") else script)(network, tmp_path / kind)
    odd = dark[:19, :33]
    with pytest.raises(InputError, match="failed with 33×19 pixels"):
        enhancer_of(f"torch:{path}").enhance(odd)
    assert enhancer_of(f"torch:{path},multiple=2").enhance(odd).shape == odd.shape


def test_networks_of_two_results_are_refused(dark: Pixels, tmp_path: Path) -> None:
    path = script(Two(), tmp_path / "two.pt")
    with pytest.raises(InputError, match="returns a tuple, not one tensor"):
        enhancer_of(f"torch:{path}").enhance(dark)


@pytest.mark.parametrize("name", ["net.pt", "net.pt2"])
def test_other_files_are_refused(network: Brighter, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    torch.save(network.state_dict(), path)  # weights without a network
    for data in (b"", b"no network", path.read_bytes()):
        path.write_bytes(data)
        with pytest.raises(BrokenModelError, match="cannot be loaded"):
            enhancer_of(f"torch:{path}")
    with pytest.raises(UnknownModelError, match="No such file"):
        enhancer_of(f"torch:{tmp_path / 'none.pt'}")
