from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from llcodec._arrays import Samples
from llcodec.engine.tensors import to_tensor
from llcodec.enhancing.pieces import Piece
from llcodec.enhancing.snr_aware import SnrAwareEnhancer
from llcodec.errors import TooManyPixelsError
from llcodec.snr_aware.network import SnrAwareNetwork
from llcodec.snr_aware.presets import SnrAwarePreset
from llcodec.snr_aware.torch_engine import TorchSnrAware, snr_aware_file, snr_aware_network
from llcodec.snr_aware.weights import SnrAwareFile

CPU = torch.device("cpu")


@pytest.fixture
def file(tiny_snr_aware: SnrAwarePreset) -> SnrAwareFile:
    torch.manual_seed(0)
    return replace(snr_aware_file("tiny", SnrAwareNetwork(tiny_snr_aware)), sha256="ab")


@pytest.mark.parametrize("size", [(1, 1), (17, 33), (64, 48)])
@torch.inference_mode()
def test_one_piece_is_what_the_network_makes(
    file: SnrAwareFile,
    assembled: Callable[[Iterable[Piece], Samples], Tensor],
    size: tuple[int, int],
) -> None:
    pixels = np.random.default_rng(0).integers(0, 60, (*size, 3), dtype=np.uint8)
    made = assembled(SnrAwareEnhancer(file, TorchSnrAware(file, CPU)).pieces(pixels), pixels)
    torch.testing.assert_close(made, snr_aware_network(file).enhance(to_tensor(pixels)))


def test_large_pictures_are_refused_and_never_cut(file: SnrAwareFile) -> None:
    pixels = np.zeros((2000, 2001, 3), np.uint8)
    with pytest.raises(TooManyPixelsError, match="at most 4,000,000 pixels, not 4,002,000"):
        next(SnrAwareEnhancer(file, TorchSnrAware(file, CPU)).pieces(pixels))


def test_it_says_who_it_is(file: SnrAwareFile) -> None:
    enhancer = SnrAwareEnhancer(file, TorchSnrAware(file, CPU))
    assert (enhancer.name, enhancer.sha256) == ("tiny", "ab")
