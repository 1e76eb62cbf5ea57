import torch
from torch import nn

from llcodec.nerco.resnet import ResnetBlock, ResnetGenerator, gaussian_start, resnet_trunk


def test_blocks_keep_the_size_and_start_near_a_normalised_identity() -> None:
    x = torch.randn(2, 6, 5, 7)
    block = ResnetBlock(6)
    assert block(x).shape == x.shape
    torch.testing.assert_close(block(x).mean((-2, -1)), x.mean((-2, -1)), atol=1e-5, rtol=1e-4)


def test_trunks_give_features_at_full_size() -> None:
    trunk = resnet_trunk(6, 4, 2)
    assert trunk(torch.rand(1, 6, 8, 12)).shape == (1, 4, 8, 12)
    assert sum(isinstance(m, ResnetBlock) for m in trunk.modules()) == 2


def test_generators_are_bounded() -> None:
    out = ResnetGenerator(3, 4, 1)(100 * torch.randn(1, 3, 8, 8))
    assert out.shape == (1, 3, 8, 8)
    assert out.abs().max() <= 1


def test_weights_start_as_published() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(8, 64, 3), nn.Linear(64, 64), nn.ConvTranspose2d(8, 64, 3))
    gaussian_start(network)
    for layer in network:
        assert isinstance(layer, nn.Conv2d | nn.Linear | nn.ConvTranspose2d)
        assert 0.019 < layer.weight.std() < 0.021
        assert layer.bias is not None
        assert not layer.bias.any()
