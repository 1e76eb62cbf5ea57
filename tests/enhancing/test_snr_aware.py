import numpy as np
import pytest
import torch

from llcodec.codec.samples import to_tensor
from llcodec.enhancing.snr_aware import SnrAwareEnhancer
from llcodec.snr_aware.network import SnrAwareNetwork
from llcodec.snr_aware.presets import SnrAwarePreset
from llcodec.snr_aware.weights import SnrAwareFile

CPU = torch.device("cpu")


def joined(enhancer: SnrAwareEnhancer, pixels: np.ndarray) -> torch.Tensor:
    """All pieces in their places; places that no piece covers, or two, are not numbers."""
    whole = torch.full((1, 3, *pixels.shape[:2]), torch.nan)
    covered = np.zeros(pixels.shape[:2], int)
    for piece in enhancer.pieces(pixels):
        whole[..., piece.rows, piece.columns] = piece.values
        covered[piece.rows, piece.columns] += 1
    assert (covered == 1).all()
    return whole


@pytest.fixture
def file(tiny_snr_aware: SnrAwarePreset) -> SnrAwareFile:
    torch.manual_seed(0)
    return SnrAwareFile("tiny", SnrAwareNetwork(tiny_snr_aware).eval(), sha256="ab")


@pytest.mark.parametrize("size", [(1, 1), (17, 33), (64, 48)])
@torch.inference_mode()
def test_one_piece_is_what_the_network_makes(file: SnrAwareFile, size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 60, (*size, 3), dtype=np.uint8)
    made = joined(SnrAwareEnhancer(file, CPU), pixels)
    torch.testing.assert_close(made, file.model.enhance(to_tensor(pixels)))


@torch.inference_mode()
def test_tiles_differ_by_what_attention_sees(file: SnrAwareFile) -> None:
    """Without attention, tiles fit as if the whole had been enhanced at once."""
    pixels = np.random.default_rng(0).integers(0, 60, (330, 300, 3), dtype=np.uint8)
    for layer in file.model.transformer.attention:
        layer.out.weight.zero_()
    made = joined(SnrAwareEnhancer(file, CPU, core=96), pixels)
    torch.testing.assert_close(made, file.model.enhance(to_tensor(pixels)), atol=1e-5, rtol=0)


def test_it_says_who_it_is(file: SnrAwareFile) -> None:
    enhancer = SnrAwareEnhancer(file, CPU)
    assert (enhancer.name, enhancer.sha256) == ("tiny", "ab")
