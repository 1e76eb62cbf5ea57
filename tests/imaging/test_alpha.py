import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from llcodec._arrays import Samples
from llcodec.errors import CorruptError
from llcodec.imaging import decode_alpha, encode_alpha

if TYPE_CHECKING:
    from tests.imaging.conftest import Made

PLANES = st.sampled_from([np.uint8, np.uint16]).flatmap(
    lambda kind: arrays(kind, array_shapes(min_dims=2, max_dims=2, max_side=20))
)


def _back(plane: Samples) -> Samples:
    height, width = plane.shape
    return decode_alpha(encode_alpha(plane), width, height, plane.dtype == np.uint16)


@given(PLANES)
def test_exact(plane: Samples) -> None:
    back = _back(plane)
    assert back.dtype == plane.dtype
    np.testing.assert_array_equal(back, plane)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("size", [(1, 1), (1, 257), (131, 1), (257, 131)])
def test_sizes(
    made: "type[Made]", size: tuple[int, int], dtype: type[np.uint8 | np.uint16]
) -> None:
    plane = made.noise(*size, 1, dtype)[..., 0]
    np.testing.assert_array_equal(_back(plane), plane)


def test_plain_alpha_is_small() -> None:
    assert len(encode_alpha(np.full((1000, 1000), 255, np.uint8))) < 1100
    ramp = np.add.outer(np.arange(500), np.arange(500)).astype(np.uint16)
    assert len(encode_alpha(ramp)) < 1100


@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    with pytest.raises(CorruptError):
        decode_alpha(data, 300, 300, False)


def test_damaged() -> None:
    plane = np.arange(12, dtype=np.uint8).reshape(3, 4)
    good = encode_alpha(plane)
    for length in range(len(good)):
        with pytest.raises(CorruptError):
            decode_alpha(good[:length], 4, 3, False)
    for size in ((4, 4), (4, 2), (3, 3)):
        with pytest.raises(CorruptError, match="wrong length"):
            decode_alpha(good, *size, False)
    with pytest.raises(CorruptError):
        decode_alpha(good + b"x", 4, 3, False)
    with pytest.raises(CorruptError, match="unknown prediction"):
        decode_alpha(b"\x09" + good[1:], 4, 3, False)


def test_bomb() -> None:
    bomb = b"\0" + zlib.compress(bytes(50_000_000), 9)
    with pytest.raises(CorruptError, match="wrong length"):
        decode_alpha(bomb, 10, 10, False)
