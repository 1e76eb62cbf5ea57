"""Float layers, the integers that stand for them, and back."""

import numpy as np
import pytest
import torch
from torch import nn

from llcodec.entropy.fixed_point import (
    ACTIVATION_LIMIT,
    SINGLE_LIMIT,
    WEIGHT_LIMIT,
    WIDE_LIMIT,
    multiply_all,
)
from llcodec.nets.blocks import conv3x3, leaky_relu, subpixel_conv3x3
from llcodec.training.quantise import (
    IN_SINGLE,
    FloatLayer,
    activation_bits,
    dequantise_layer,
    equalise,
    quantise_chain,
    quantise_layer,
    split_layers,
)

BITS_IN, BITS_OUT = 8, 6


@pytest.fixture
def layer() -> FloatLayer:
    """Rows of weights of very different sizes, one of them empty."""
    torch.manual_seed(0)
    weight = torch.randn(5, 7, 3, 3) * torch.tensor([1e-3, 0.02, 1.0, 8.0, 0.0]).view(-1, 1, 1, 1)
    return FloatLayer(weight, torch.randn(5), leaky=True, shuffle=1)


def test_sequences_are_taken_apart() -> None:
    network = nn.Sequential(*subpixel_conv3x3(3, 4), leaky_relu(), conv3x3(4, 2))
    layers = split_layers(network)
    assert [(x.leaky, x.shuffle) for x in layers] == [(True, 2), (False, 1)]
    assert [tuple(x.weight.shape) for x in layers] == [(16, 3, 3, 3), (2, 4, 3, 3)]


@pytest.mark.parametrize("largest", [1e-9, 0.7, 3.0, 500.0, 16000.0])
def test_activations_have_room_for_twice_the_largest(largest: float) -> None:
    bits = activation_bits(largest)
    assert 2 * largest * 2.0**bits <= ACTIVATION_LIMIT
    assert bits == 12 or 4 * largest * 2.0**bits > ACTIVATION_LIMIT


def test_weights_fill_sixteen_bits(layer: FloatLayer) -> None:
    made = quantise_layer(layer, BITS_IN, BITS_OUT)
    made.check("test")
    largest = np.abs(made.weight).max((1, 2, 3))
    assert (largest <= WEIGHT_LIMIT).all()
    assert (largest[:4] > WEIGHT_LIMIT / 2).all()


def test_integers_compute_what_floats_do(layer: FloatLayer) -> None:
    x = torch.randint(-300, 300, (1, 7, 6, 6)).double()
    inputs = x[0].permute(1, 2, 0).numpy()
    made = torch.from_numpy(quantise_layer(layer, BITS_IN, BITS_OUT).convolve(inputs))
    floats = nn.functional.conv2d(
        x / 2**BITS_IN, layer.weight.double(), layer.bias.double(), padding=1
    )
    wanted = nn.functional.leaky_relu(floats, 655 / 65536)
    made = made.permute(2, 0, 1)[None]
    assert float((made / 2**BITS_OUT - wanted).abs().max()) < 1.5 / 2**BITS_OUT


def test_floats_come_back_to_within_rounding(layer: FloatLayer) -> None:
    back = dequantise_layer(quantise_layer(layer, BITS_IN, BITS_OUT), BITS_IN, BITS_OUT)
    assert (back.leaky, back.shuffle) == (layer.leaky, layer.shuffle)
    step = layer.weight.abs().flatten(1).amax(1) / WEIGHT_LIMIT * 2
    error = (back.weight - layer.weight).abs().flatten(1).amax(1)
    assert bool((error <= step).all())
    torch.testing.assert_close(back.bias, layer.bias, atol=2e-3, rtol=0)


def test_only_the_last_output_of_a_chain_may_be_wide(layer: FloatLayer) -> None:
    second = FloatLayer(torch.randn(2, 5, 1, 1), torch.zeros(2), leaky=False, shuffle=1)
    chain = quantise_chain([layer, second], BITS_IN, [5, 6], wide_output=True)
    assert [x.limit for x in chain] == [ACTIVATION_LIMIT, WIDE_LIMIT]


@pytest.mark.parametrize("largest", [0.7, 3.0, 500.0])
def test_in_single_precision_activations_are_clipped_at_the_largest(largest: float) -> None:
    bits = activation_bits(largest, IN_SINGLE)
    assert largest * 2.0**bits <= IN_SINGLE.activations
    assert bits == 12 or 2 * largest * 2.0**bits > IN_SINGLE.activations


@pytest.mark.parametrize("size", [0.01, 1.0, 30.0])
def test_in_single_precision_sums_fill_twenty_four_bits(size: float) -> None:
    torch.manual_seed(3)
    rows = FloatLayer(size * torch.randn(6, 900, 1, 1), size * torch.randn(6), True, 1)
    made = quantise_layer(rows, 9, 4, room=IN_SINGLE)
    made.check("test")
    assert SINGLE_LIMIT / 4 < made.bound() < SINGLE_LIMIT


def test_inputs_of_a_chain_have_their_own_limit(layer: FloatLayer) -> None:
    second = FloatLayer(torch.randn(2, 5, 1, 1), torch.zeros(2), leaky=False, shuffle=1)
    chain = quantise_chain(
        [layer, second], 0, [5, 6], room=IN_SINGLE, input_limit=1023, wide_output=False
    )
    assert [x.input_limit for x in chain] == [1023, IN_SINGLE.activations]
    assert chain[0].bound() < SINGLE_LIMIT


def test_equalised_chains_compute_the_same_more_precisely() -> None:
    torch.manual_seed(4)
    x = torch.randn(40, 7).double()
    uneven = torch.tensor([1.0, 0.1, 4.0, 0.3, 5.0])
    chain = [
        FloatLayer(torch.randn(5, 7, 1, 1) * uneven.view(-1, 1, 1, 1), torch.randn(5), True, 1),
        FloatLayer(torch.randn(3, 5, 1, 1) / uneven.view(1, -1, 1, 1), torch.randn(3), False, 1),
    ]
    wanted, largest = _through(chain, x)
    made, becomes = equalise(chain, largest)
    same, seen = _through(made, x)
    torch.testing.assert_close(same, wanted)
    torch.testing.assert_close(seen[0], becomes[0])
    assert float(becomes[0].max() / becomes[0].min()) < 2.01
    errors = []
    for layers, sizes in ((chain, largest), (made, becomes)):
        bits = [activation_bits(float(v.max()), IN_SINGLE) for v in sizes]
        integers = quantise_chain(layers, 8, bits, room=IN_SINGLE, wide_output=False)
        out = multiply_all(integers, (x * 2**8).round().numpy()) / 2.0 ** bits[-1]
        errors.append(float((torch.from_numpy(out) - wanted).abs().mean()))
    assert errors[1] < 0.7 * errors[0]


def _through(chain: list[FloatLayer], x: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Return the output of 1×1 layers for rows, and the largest values before activations."""
    largest = []
    for layer in chain:
        x = x @ layer.weight[:, :, 0, 0].double().T + layer.bias.double()
        largest.append(x.abs().amax(0))
        x = nn.functional.leaky_relu(x, 655 / 65536) if layer.leaky else x
    return x, largest
