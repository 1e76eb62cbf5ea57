import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec._bitstream import LINEAR_KERNEL, STRIDE
from llcodec.nets.linear_transform import LinearAnalysis, LinearSynthesis, init_from_basis

COMPLETE = 3 * STRIDE * STRIDE


def orthonormal(count: int) -> Tensor:
    generator = torch.Generator().manual_seed(3)
    square = torch.randn(COMPLETE, COMPLETE, generator=generator, dtype=torch.float64)
    basis, _ = torch.linalg.qr(square)
    rows: Tensor = basis[:count].float().view(count, 3, STRIDE, STRIDE)
    return rows


@torch.inference_mode()
@pytest.mark.parametrize(("height", "width"), [(16, 16), (48, 80)])
def test_a_complete_basis_reconstructs_perfectly(height: int, width: int) -> None:
    analysis, synthesis = LinearAnalysis(COMPLETE), LinearSynthesis(COMPLETE)
    init_from_basis(analysis, synthesis, orthonormal(COMPLETE))
    x = torch.rand(2, 3, height, width)
    y = analysis(x)
    assert y.shape == (2, COMPLETE, height // 16, width // 16)
    torch.testing.assert_close(synthesis(y), x, atol=1e-5, rtol=0)


@torch.inference_mode()
@pytest.mark.parametrize("side", [1, 2, 4, 8])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 5)])
def test_averages_are_those_of_the_picture(height: int, width: int, side: int) -> None:
    synthesis = LinearSynthesis(40)
    torch.nn.init.normal_(synthesis.weight)
    y = torch.randn(2, 40, height, width)
    expected = F.avg_pool2d(synthesis(y), 16 // side)
    torch.testing.assert_close(synthesis.block_means(y, side), expected, atol=1e-4, rtol=1e-4)


@torch.inference_mode()
def test_a_part_of_a_basis_projects() -> None:
    analysis, synthesis = LinearAnalysis(40), LinearSynthesis(40)
    init_from_basis(analysis, synthesis, orthonormal(40))
    once = synthesis(analysis(torch.rand(1, 3, 32, 32)))
    torch.testing.assert_close(synthesis(analysis(once)), once, atol=1e-5, rtol=0)


@torch.inference_mode()
def test_coefficients_keep_the_energy_and_grey_has_none() -> None:
    analysis, synthesis = LinearAnalysis(COMPLETE), LinearSynthesis(COMPLETE)
    init_from_basis(analysis, synthesis, orthonormal(COMPLETE))
    x = torch.rand(1, 3, 32, 48)
    torch.testing.assert_close(analysis(x).square().sum(), (x - 0.5).square().sum())
    assert analysis(torch.full((1, 3, 32, 32), 0.5)).abs().max() < 1e-6


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 4), (3, 5)])
def test_synthesis_is_a_transposed_convolution(height: int, width: int) -> None:
    synthesis = LinearSynthesis(6)
    torch.nn.init.normal_(synthesis.weight)
    y = torch.randn(2, 6, height, width)
    wide = F.pad(y, (1, 1, 1, 1), mode="replicate")
    whole = F.conv_transpose2d(wide, synthesis.weight, stride=STRIDE)
    cut = STRIDE + (LINEAR_KERNEL - STRIDE) // 2
    expected = whole[..., cut:-cut, cut:-cut] + 0.5
    out = synthesis(y)
    assert out.shape == (2, 3, 16 * height, 16 * width)
    torch.testing.assert_close(out, expected, atol=1e-4, rtol=1e-4)


def test_the_lapped_border_can_be_learned() -> None:
    analysis, synthesis = LinearAnalysis(8), LinearSynthesis(8)
    init_from_basis(analysis, synthesis, orthonormal(8))
    x = torch.rand(1, 3, 48, 48)
    (synthesis(analysis(x)) - x).square().mean().backward()
    for weight in (analysis.conv.weight, synthesis.weight):
        assert weight.grad is not None
        assert weight.grad[:, :, :8].abs().sum() > 0
