"""The integer layers: exact whatever the hardware does, and proved so."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from llcodec._bitstream import EXACT_LIMIT
from llcodec.entropy.fixed_point import ACTIVATION_LIMIT, IntegerLayer, convolve_all
from llcodec.errors import BrokenModelError


def layer(seed: int, inputs: int, outputs: int, kernel: int, **kwargs: object) -> IntegerLayer:
    rng = np.random.default_rng(seed)
    weight = rng.integers(-(2**15) + 1, 2**15, (outputs, inputs, kernel, kernel))
    fields: dict[str, Any] = {
        "weight": torch.from_numpy(weight).double(),
        "bias": torch.from_numpy(rng.integers(-(2**30), 2**30, outputs)).double(),
        "shift": torch.from_numpy(rng.integers(20, 26, outputs)).double(),
        "limit": ACTIVATION_LIMIT,
        "input_limit": ACTIVATION_LIMIT,
        "leaky": True,
        "shuffle": 1,
    }
    return IntegerLayer(**(fields | kwargs))


def reference(this: IntegerLayer, x: torch.Tensor) -> np.ndarray:
    """The layer in Python's own integers, which have no limit."""
    weight = this.weight.numpy().astype(np.int64).astype(object)
    outputs, _, kernel, _ = weight.shape
    margin = kernel // 2
    padded = np.pad(x[0].numpy().astype(np.int64), ((0, 0), (margin,) * 2, (margin,) * 2))
    height, width = x.shape[-2:]
    result = np.zeros((outputs, height, width), np.int64)
    for o in range(outputs):
        for r in range(height):
            for c in range(width):
                window = padded[:, r : r + kernel, c : c + kernel].astype(object)
                total = int((weight[o] * window).sum()) + int(this.bias[o])
                value = total >> int(this.shift[o])
                if this.leaky and value < 0:
                    value = (value * 655) >> 16
                result[o, r, c] = max(-this.limit, min(this.limit, value))
    return result


@pytest.mark.parametrize("kernel", [1, 3])
def test_layer_equals_unlimited_integer_arithmetic(kernel: int) -> None:
    this = layer(1, 6, 5, kernel)
    x = torch.randint(-(2**15), 2**15, (1, 6, 4, 5), generator=torch.manual_seed(0)).double()
    assert np.array_equal(
        this.convolve(x)[0].numpy(), reference(this, x.clamp(-ACTIVATION_LIMIT, ACTIVATION_LIMIT))
    )


def test_multiply_equals_a_1x1_convolution() -> None:
    this = layer(2, 40, 30, 1)
    x = torch.randint(-(2**15), 2**15, (1, 40, 8, 9), generator=torch.manual_seed(1)).double()
    columns = this.multiply(x[0].flatten(1))
    assert torch.equal(columns.view(30, 8, 9), this.convolve(x)[0])


def test_pixel_shuffle_follows_the_convolution() -> None:
    plain, shuffled = layer(3, 4, 8, 3), layer(3, 4, 8, 3, shuffle=2)
    x = torch.randint(-100, 100, (1, 4, 3, 5), generator=torch.manual_seed(2)).double()
    expected = torch.nn.functional.pixel_shuffle(plain.convolve(x), 2)
    assert torch.equal(shuffled.convolve(x), expected)


@pytest.fixture
def chain() -> list[IntegerLayer]:
    return [
        layer(5, 32, 64, 3, shuffle=2),
        layer(6, 16, 48, 3),
        layer(7, 48, 20, 1, limit=2**20),
    ]


def test_bits_do_not_depend_on_threads_layout_or_backend(
    chain: list[IntegerLayer], hardware_settings: None
) -> None:
    x = torch.randint(-(2**15), 2**15, (1, 32, 20, 31), generator=torch.manual_seed(3)).double()
    torch.set_num_threads(1)
    expected = convolve_all(chain, x)
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    for device in devices:
        moved = [this.to(torch.device(device)) for this in chain]
        for count in (1, 2):
            torch.set_num_threads(count)
            for memory in (torch.contiguous_format, torch.channels_last):
                for onednn in (True, False):
                    torch.backends.mkldnn.set_flags(onednn)  # type: ignore[no-untyped-call]
                    y = convolve_all(moved, x.to(device).contiguous(memory_format=memory))
                    assert torch.equal(y.cpu(), expected), (device, count, memory, onednn)


def test_single_precision_would_not_do(chain: list[IntegerLayer]) -> None:
    # The reason for float64: the same sums in float32 are off.
    x = torch.randint(-(2**15), 2**15, (1, 32, 20, 31), generator=torch.manual_seed(3)).double()
    single = chain[0].weight.float(), x.float()
    sums = torch.nn.functional.conv2d(single[1], single[0], padding=1)
    exact = torch.nn.functional.conv2d(x, chain[0].weight, padding=1)
    assert not torch.equal(sums.double(), exact)


def test_bound_is_an_upper_bound_that_is_reached() -> None:
    this = layer(8, 6, 5, 3)
    worst = int((this.weight.abs().sum((1, 2, 3)) * ACTIVATION_LIMIT + this.bias.abs()).max())
    assert this.bound() == worst < EXACT_LIMIT
    this.check("a layer")


def test_check_refuses_what_cannot_be_proved() -> None:
    good = layer(9, 4, 4, 1)
    broken: dict[str, Any] = {
        "bias": good.bias + 2.0**53,
        "weight": good.weight + 0.5,
        "shift": good.shift - 100,
        "input_limit": 2**50,
    }
    for field, value in broken.items():
        with pytest.raises(BrokenModelError, match="a layer breaks"):
            replace(good, **{field: value}).check("a layer")
    with pytest.raises(BrokenModelError):
        replace(good, weight=good.weight * 1000).check("too wide a weight")
