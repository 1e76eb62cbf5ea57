"""Float layers, the integers that stand for them, and back."""

import numpy as np
import pytest
import torch
from torch import nn

from llcodec.entropy.fixed_point import ACTIVATION_LIMIT, WEIGHT_LIMIT, WIDE_LIMIT
from llcodec.nets.blocks import conv3x3, leaky_relu, subpixel_conv3x3
from llcodec.training.quantise import (
    FloatLayer,
    activation_bits,
    dequantise_layer,
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
