import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from llcodec.nets.blocks import pad_to_multiple
from llcodec.nets.snr import snr_map
from llcodec.snr_aware.network import SnrAwareNetwork
from llcodec.snr_aware.presets import COMPACT, PAPER, SnrAwarePreset


@pytest.fixture
def network(tiny_snr_aware: SnrAwarePreset) -> SnrAwareNetwork:
    torch.manual_seed(2)
    return SnrAwareNetwork(tiny_snr_aware)


def test_the_published_network_has_its_published_size() -> None:
    """39.124 million, measured on the authors' network."""
    with torch.device("meta"):
        count = sum(p.numel() for p in SnrAwareNetwork(PAPER).parameters())
    assert count == 39_124_099


def test_compact_stays_within_its_budget() -> None:
    """At most 40 thousand multiplications a pixel at 960×512, attention included."""
    with torch.device("meta"):
        network, x = SnrAwareNetwork(COMPACT), torch.rand(1, 3, 512, 960)
        with FlopCounterMode(display=False) as counter:
            network(x)
    assert counter.get_total_flops() / 2 / (512 * 960) < 40_000


def test_pictures_of_all_sizes_keep_them(network: SnrAwareNetwork) -> None:
    for height, width in ((16, 16), (1, 1), (17, 40)):
        x = torch.rand(2, 3, height, width)
        bright = network.enhance(x)
        assert bright.shape == x.shape
        assert 0 <= float(bright.min()) <= float(bright.max()) <= 1


def test_without_its_last_layer_it_changes_nothing(network: SnrAwareNetwork) -> None:
    nn.init.zeros_(network.last.weight)
    assert network.last.bias is not None
    nn.init.zeros_(network.last.bias)
    x = torch.rand(1, 3, 32, 48)
    assert torch.equal(network(x), x)


def test_noisy_places_look_far_and_clear_places_near(network: SnrAwareNetwork) -> None:
    """Eq. 3: with a map of one, the transformer has no say; with zero, the local path has none."""
    x = torch.rand(1, 3, 32, 32)
    seen: dict[str, Tensor] = {}
    network.fused.register_forward_hook(lambda module, inputs, out: seen.update(y=inputs[0]))
    network.local.register_forward_hook(lambda module, inputs, out: seen.update(near=out))
    network.back.register_forward_hook(lambda module, inputs, out: seen.update(far=out))
    network(x)
    m = nn.functional.interpolate(snr_map(x, network.preset.snr), (8, 8), mode="nearest")
    torch.testing.assert_close(seen["y"], seen["near"] * m + seen["far"] * (1 - m))


def test_every_weight_learns(network: SnrAwareNetwork) -> None:
    x = pad_to_multiple(torch.rand(1, 3, 32, 32), 16)
    network(x).square().mean().backward()
    idle = [k for k, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert idle == []
