"""Lossless coding of the alpha plane: one byte that names the prediction, then zlib.

Predictions run over the H×W plane modulo its range: 0 none, 1 from the left, 2 from above,
3 both. 16-bit planes are stored as all high bytes, then all low bytes.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Samples
from llcodec.errors import CorruptError

_AXES: dict[int, tuple[int, ...]] = {0: (), 1: (1,), 2: (0,), 3: (0, 1)}


def encode_alpha(alpha: Samples) -> bytes:
    """Encode an H×W plane of uint8 or uint16; at least 1×1.

    Uses the prediction that leaves the fewest non-zero samples, which suits the masks and ramps
    that alpha mostly is.
    """
    left = {name: int(np.count_nonzero(_predict(alpha, axes))) for name, axes in _AXES.items()}
    name = min(left, key=lambda candidate: left[candidate])
    return bytes([name]) + zlib.compress(_to_bytes(_predict(alpha, _AXES[name])), 9)


def decode_alpha(data: bytes, width: int, height: int, sixteen_bit: bool) -> Samples:
    """Decode a ``height``×``width`` plane of :func:`encode_alpha`.

    Never allocates more than the expected number of bytes, whatever ``data`` claims.

    Raises:
        CorruptError: when ``data`` are not an alpha plane of this size.
    """
    dtype = np.uint16 if sixteen_bit else np.uint8
    if not data or data[0] not in _AXES:
        raise CorruptError("the alpha channel is damaged: unknown prediction")
    plain = _inflate(data[1:], width * height * (2 if sixteen_bit else 1))
    plane: Samples = _from_bytes(plain, sixteen_bit).reshape(height, width)
    for axis in reversed(_AXES[data[0]]):
        plane = np.cumsum(plane, axis=axis, dtype=dtype)
    return plane


def _predict(alpha: Samples, axes: tuple[int, ...]) -> Samples:
    for axis in axes:
        alpha = np.diff(alpha, axis=axis, prepend=alpha.dtype.type(0))
    return alpha


def _to_bytes(plane: Samples) -> bytes:
    if plane.dtype == np.uint8:
        return plane.tobytes()
    return (plane >> 8).astype(np.uint8).tobytes() + (plane & 255).astype(np.uint8).tobytes()


def _from_bytes(data: bytes, sixteen_bit: bool) -> Samples:
    flat: NDArray[np.uint8] = np.frombuffer(data, np.uint8)
    if not sixteen_bit:
        return flat.copy()
    high, low = flat.reshape(2, -1)
    return high.astype(np.uint16) * np.uint16(256) + low


def _inflate(data: bytes, expected: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        # one byte more than expected shows a bomb without unpacking it
        plain = stream.decompress(data, expected + 1)
    except zlib.error as error:
        raise CorruptError("the alpha channel is damaged: not a zlib stream") from error
    if len(plain) != expected or not stream.eof or stream.unused_data:
        raise CorruptError("the alpha channel is damaged: wrong length")
    return plain
