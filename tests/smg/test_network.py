"""SMG with random weights: the released code's sizes and names, and what its parts do."""

import pytest
import torch

from llcodec.smg.network import PARTS, Smg
from llcodec.smg.structure import StructureMap, StyledLayer
from llcodec.smg.unets import AppearanceNet, GuidedNet, filtered

# Counted in the released code (xiaogang00/SMG-LLIE, 5dba3df).
RELEASED = ((StructureMap, 16_297_205), (AppearanceNet, 1_144_643), (GuidedNet, 459_011))


@pytest.fixture(scope="module")
def network() -> Smg:
    torch.manual_seed(0)
    return Smg().eval()


@pytest.mark.parametrize(("part", "parameters"), RELEASED)
def test_sizes_are_those_of_the_released_code(part: type, parameters: int) -> None:
    with torch.device("meta"):
        assert sum(p.numel() for p in part().parameters()) == parameters


def test_names_are_those_of_the_released_checkpoints(network: Smg) -> None:
    assert set(network.structure.state_dict()) >= {
        "generator.style.8.weight",
        "generator.input.input",
        "generator.conv1.conv.modulation.bias",
        "generator.convs.0.conv.blur.kernel",
        "generator.convs.13.noise.weight",
        "generator.to_rgbs.6.upsample.kernel",
        "ecd0.0.1.bias",
        "ecd7.0.1.weight",
        "ecd27.0.transformer8.blocks.1.attn.relative_position_index",
        "ecd21.0.transformer0.blocks.0.attn.qkv.to_kv.weight",
        "ecd21.0.transformer0.blocks.0.mlp.dwconv.0.weight",
        "ecd24.0.fusion3.1.bias",
        "ecd24.0.downsample8.conv.0.weight",
        "final_linear.0.weight",
    }
    assert set(network.appearance.state_dict()) >= {
        "model4.0.conv_block.4.bias",
        "model5.0.weight",
        "model7.2.weight",
    }
    assert set(network.guided.state_dict()) >= {
        "fac_deblur2.1.stem.2.weight",
        "fac_deblur1.2.0.bias",
        "norm1.mlp_gamma.weight",
        "deconv22.weight",
        "model_tail.2.bias",
    }


def test_a_checkpoint_loads_whole_or_not_at_all(network: Smg) -> None:
    parts = {key: network.get_submodule(name).state_dict() for key, name in PARTS.items()}
    loaded = Smg.from_checkpoint(parts)
    torch.testing.assert_close(loaded.state_dict(), network.state_dict())
    del parts["state_dict_refine"]["model1.0.bias"]
    with pytest.raises(RuntimeError, match="Missing key"):
        Smg.from_checkpoint(parts)
    with pytest.raises(KeyError):
        Smg.from_checkpoint({})


@torch.inference_mode()
def test_each_place_has_a_kernel_of_its_own() -> None:
    x = torch.arange(24.0).reshape(1, 2, 3, 4)
    kernels = torch.zeros(1, 18, 3, 4)
    kernels[:, 4] = 1  # the first channel stays
    kernels[:, 9 + 5] = 1  # the second comes from the right
    kernels[:, 9 + 5, 0, 0], kernels[:, 9 + 7, 0, 0] = 0, 2  # … but here, twice from below
    made = filtered(x, kernels)
    assert (made[0, 0] == x[0, 0]).all()
    assert made[0, 1, 1].tolist() == [17, 18, 19, 19]  # the border is repeated
    assert made[0, 1, 0, 0] == 2 * 16


@torch.inference_mode()
def test_noise_is_the_same_for_each_picture() -> None:
    layer = StyledLayer(3, 2)
    layer.noise.weight.fill_(1)
    x, style = torch.ones(1, 3, 4, 4), torch.ones(1, 512)
    made = layer(x, style, None)
    assert made[:, 2:].std() > 0.1
    assert (layer(x, style, None) == made).all()


@pytest.mark.slow
@torch.inference_mode()
def test_the_structure_map_guides_a_picture_of_any_size(network: Smg) -> None:
    maps: list[torch.Tensor] = []
    hook = network.structure.register_forward_hook(lambda *call: maps.append(call[2]))
    x = torch.rand(1, 3, 40, 56, generator=torch.Generator().manual_seed(0))
    made = network(x)
    hook.remove()
    (structure,) = maps
    assert structure.shape == (1, 1, 512, 512)
    assert 0 <= structure.min() < structure.max() <= 1
    assert made.shape == x.shape
    assert 0 <= made.min() < made.max() <= 1
    pair = torch.cat((x, x), 1)
    flat = network.guided(pair, torch.zeros(1, 1, 40, 56))
    assert (network.guided(pair, structure) - flat).abs().max() > 1e-6
