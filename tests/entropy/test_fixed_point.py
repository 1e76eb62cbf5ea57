"""The integer layers: exact whatever the hardware does, and proved so."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from llcodec._bitstream import EXACT_LIMIT
from llcodec.entropy import fixed_point
from llcodec.entropy.fixed_point import ACTIVATION_LIMIT, IntegerLayer, Whole, convolve_all
from llcodec.errors import BrokenModelError


def layer(seed: int, inputs: int, outputs: int, kernel: int, **kwargs: object) -> IntegerLayer:
    rng = np.random.default_rng(seed)
    weight = rng.integers(-(2**15) + 1, 2**15, (outputs, inputs, kernel, kernel))
    fields: dict[str, Any] = {
        "weight": weight.astype(np.float64),
        "bias": rng.integers(-(2**30), 2**30, outputs).astype(np.float64),
        "shift": rng.integers(20, 26, outputs).astype(np.float64),
        "limit": ACTIVATION_LIMIT,
        "input_limit": ACTIVATION_LIMIT,
        "leaky": True,
        "shuffle": 1,
    }
    return IntegerLayer(**(fields | kwargs))


def small_layer(seed: int, kernel: int) -> IntegerLayer:
    """A layer whose sums all stay below 2^24."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(-7, 8, (5, 6, kernel, kernel)).astype(np.float64)
    bias = rng.integers(-1000, 1000, 5).astype(np.float64)
    return layer(
        seed, 6, 5, kernel, weight=weight, bias=bias, shift=np.full(5, 4.0), input_limit=2**15
    )


def integers(seed: int, *shape: int) -> Whole:
    rng = np.random.default_rng(seed)
    return rng.integers(-(2**15), 2**15, shape).astype(np.float64)


def reference(this: IntegerLayer, x: Whole) -> np.ndarray:
    """The layer in Python's own integers, which have no limit."""
    weight = this.weight.astype(np.int64).astype(object)
    outputs, _, kernel, _ = weight.shape
    margin = kernel // 2
    clamped = np.clip(x, -this.input_limit, this.input_limit).astype(np.int64)
    padded = np.pad(clamped.transpose(2, 0, 1), ((0, 0), (margin,) * 2, (margin,) * 2))
    height, width = x.shape[:2]
    result = np.zeros((height, width, outputs), np.int64)
    for o in range(outputs):
        for r in range(height):
            for c in range(width):
                window = padded[:, r : r + kernel, c : c + kernel].astype(object)
                total = int((weight[o] * window).sum()) + int(this.bias[o])
                value = total >> int(this.shift[o])
                if this.leaky and value < 0:
                    value = (value * 655) >> 16
                result[r, c, o] = max(-this.limit, min(this.limit, value))
    return result


@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("leaky", [True, False])
def test_layer_equals_unlimited_integer_arithmetic(kernel: int, leaky: bool) -> None:
    x = integers(0, 4, 5, 6)
    for this in (layer(1, 6, 5, kernel), small_layer(1, kernel)):
        this = replace(this, leaky=leaky)
        assert np.array_equal(this.convolve(x), reference(this, x))


def test_sums_of_any_size_are_floored_alike() -> None:
    """Shifts from none to 40, and sums up to the bound, either sign."""
    shift = np.array([0.0, 1.0, 7.0, 31.0, 40.0])
    this = replace(layer(11, 30, 5, 3), shift=shift)
    this.check("a layer")
    for x in (integers(1, 3, 3, 30), np.sign(this.weight[0]).transpose(1, 2, 0) * 2**15):
        assert np.array_equal(this.convolve(x), reference(this, x))


def test_precision_follows_the_proved_bound() -> None:
    assert small_layer(1, 3).bound() < 2**24
    assert small_layer(1, 3)._matrix.dtype == np.float32
    just = replace(small_layer(1, 1), weight=np.ones((1, 2, 1, 1)), shift=np.zeros(1))
    for bias, kind in ((2**24 - 2**16 - 1, np.float32), (2**24 - 2**16, np.float64)):
        assert replace(just, bias=np.array([float(bias)]))._matrix.dtype == kind


def test_multiply_equals_a_1x1_convolution() -> None:
    this, x = layer(2, 40, 30, 1), integers(1, 8, 9, 40)
    rows = this.multiply(x.reshape(-1, 40))
    assert np.array_equal(rows.reshape(8, 9, 30), this.convolve(x))


def test_pixel_shuffle_follows_the_convolution() -> None:
    plain, shuffled = layer(3, 4, 8, 3), layer(3, 4, 8, 3, shuffle=2)
    x = integers(2, 3, 5, 4)
    channels_first = torch.from_numpy(plain.convolve(x)).permute(2, 0, 1)
    expected = torch.nn.functional.pixel_shuffle(channels_first, 2).permute(1, 2, 0)
    assert np.array_equal(shuffled.convolve(x), expected.numpy())


def chain() -> list[IntegerLayer]:
    return [
        layer(5, 32, 64, 3, shuffle=2),
        layer(6, 16, 48, 3),
        layer(7, 48, 20, 1, limit=2**20),
    ]


def chain_digest() -> str:
    """A hash of what the chain makes of a plane."""
    found = convolve_all(chain(), integers(3, 20, 31, 32))
    return hashlib.sha256(np.ascontiguousarray(found).tobytes()).hexdigest()


@pytest.mark.parametrize(
    "variables",
    [
        {"OPENBLAS_NUM_THREADS": "1"},
        {"OPENBLAS_NUM_THREADS": "2"},
        {"OPENBLAS_CORETYPE": "Prescott"},
        {"OPENBLAS_CORETYPE": "Nehalem", "OPENBLAS_NUM_THREADS": "2"},
        {"NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3"},
    ],
    ids=lambda variables: " ".join(variables.values()),
)
def test_bits_do_not_depend_on_threads_or_instructions(variables: dict[str, str]) -> None:
    ask = "from tests.entropy.test_fixed_point import chain_digest; print(chain_digest())"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ask],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == chain_digest()


def test_bits_do_not_depend_on_layout_or_stripes(monkeypatch: pytest.MonkeyPatch) -> None:
    x = integers(3, 20, 31, 32)
    expected = convolve_all(chain(), x)
    planes = np.ascontiguousarray(x.transpose(2, 0, 1)).transpose(1, 2, 0)
    assert np.array_equal(convolve_all(chain(), planes), expected)
    monkeypatch.setattr(fixed_point, "_ROWS", 1)
    assert np.array_equal(convolve_all(chain(), x), expected)


def test_single_precision_would_not_do() -> None:
    # The reason for float64: the same sums in float32 are off.
    x = integers(3, 600, 288)
    matrix = chain()[0].weight.reshape(64, -1).T
    single = x.astype(np.float32) @ matrix.astype(np.float32)
    assert not np.array_equal(single, x @ matrix)


def test_bound_is_an_upper_bound_that_is_reached() -> None:
    this = layer(8, 6, 5, 3)
    worst = int((np.abs(this.weight).sum((1, 2, 3)) * ACTIVATION_LIMIT + np.abs(this.bias)).max())
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
