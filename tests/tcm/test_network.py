"""TCM with random weights: its published sizes and its streams."""

import importlib.util
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

if importlib.util.find_spec("compressai") is None:
    pytest.skip(
        "CompressAI is an extra that needs NumPy 1; make test-extras runs this",
        allow_module_level=True,
    )

from llcodec.tcm.network import MULTIPLE, Tcm

# What CompressAI imports warns of what PyTorch is about to drop.
pytestmark = pytest.mark.filterwarnings("default")

# Of the paper's Table 1, and counted in its code at 768×512 (convolutions and linear layers).
PUBLISHED = ((64, 45.18, 211.1), (96, 59.13, 415.5), (128, 76.57, 700.1))


@pytest.fixture(scope="module")
def small() -> Tcm:
    torch.manual_seed(0)
    network = Tcm(32).eval()
    network.update()
    return network


def multiplications(network: nn.Module, run: Callable[[], object]) -> float:
    """Return those of convolutions and linear layers, in G; the matrices of GDN are left out."""
    total = 0

    def count(layer: nn.Module, _: object, out: Tensor) -> None:
        nonlocal total
        assert isinstance(layer, nn.Conv2d | nn.Linear)
        channels = out.shape[1] if isinstance(layer, nn.Conv2d) else out.shape[-1]
        total += out.numel() // channels * layer.weight.numel()

    hooks = [
        layer.register_forward_hook(count)
        for layer in network.modules()
        if isinstance(layer, nn.Conv2d | nn.Linear)
    ]
    run()
    for hook in hooks:
        hook.remove()
    return total / 1e9


@pytest.mark.parametrize(("half", "million", "giga"), PUBLISHED)
def test_sizes_and_cost_are_the_published_ones(half: int, million: float, giga: float) -> None:
    network = Tcm(half).eval().to("meta")
    x = torch.empty(1, 3, 512, 768, device="meta")
    assert sum(p.numel() for p in network.parameters()) / 1e6 == pytest.approx(million, abs=0.01)

    def through() -> None:
        y = network.g_a(x)
        z = network.h_a(y)
        slices = network.predicted_slices(z, lambda prediction: prediction.mean)
        network.g_s(torch.cat(list(slices), 1))

    with torch.inference_mode():
        assert multiplications(network, through) == pytest.approx(giga, rel=1e-3)


@torch.inference_mode()
def test_pictures_come_back_from_their_streams(small: Tcm) -> None:
    x = torch.rand(1, 3, MULTIPLE, 2 * MULTIPLE, generator=torch.Generator().manual_seed(0))
    coded = small.compress(x)
    assert coded["shape"] == (2, 4)
    made = small.decompress(coded["strings"], coded["shape"])["x_hat"]
    # The same without a bitstream: symbols are rounded differences from their means.
    y = small.g_a(x)
    z = small.entropy_bottleneck.quantize(
        small.h_a(y), "dequantize", small.entropy_bottleneck._get_medians()
    )
    slices = iter(y.chunk(5, 1))
    rounded = small.predicted_slices(z, lambda p: p.mean + (next(slices) - p.mean).round())
    expected = small.g_s(torch.cat(list(rounded), 1)).clamp(0, 1)
    torch.testing.assert_close(made, expected, atol=1e-4, rtol=0)
    assert made.std() > 0.01


def test_checkpoints_of_all_ages_load(small: Tcm) -> None:
    state = small.state_dict()
    for new, old in (("biases.", "_bias"), ("matrices.", "_matrix"), ("factors.", "_factor")):
        old_names = {key.replace(f"bottleneck.{new}", f"bottleneck.{old}") for key in state}
        assert old_names != set(state)
        aged = {k.replace(f"bottleneck.{new}", f"bottleneck.{old}"): v for k, v in state.items()}
        loaded = Tcm.from_state_dict(aged)
        assert loaded.N == 32
        torch.testing.assert_close(dict(loaded.named_parameters()), dict(small.named_parameters()))
    del state["h_a.0.conv1.weight"]
    with pytest.raises(RuntimeError, match="Missing key"):
        Tcm.from_state_dict(state)


def test_names_are_those_of_the_released_checkpoints(small: Tcm) -> None:
    names = set(small.state_dict())
    block = "g_a.1.trans_block"
    assert names >= {
        "g_a.0.skip.weight",
        f"{block}.msa.relative_position_params",
        f"{block}.msa.embedding_layer.weight",
        f"{block}.mlp.2.bias",
        "g_a.9.weight",
        "g_s.9.0.weight",
        "h_mean_s.3.0.weight",
        "atten_scale.4.0.non_local_block.block_2.ln1.weight",
        "atten_mean.0.0.conv_b.3.weight",
        "cc_mean_transforms.4.4.weight",
        "lrp_transforms.0.0.weight",
    }
