"""Read ICC profiles made of a matrix and curves, in full precision.

Nearly all profiles in photographs are: sRGB, Display P3, Adobe RGB, ProPhoto, Rec. 2020, grey
gamma. Through Pillow, LittleCMS converts 8 bits only, so 16-bit pixels are converted here.
"""

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SRGB_TO_XYZ: Final = np.array(
    [
        [0.4360747, 0.3850649, 0.1430804],
        [0.2225045, 0.7168786, 0.0606169],
        [0.0139322, 0.0971045, 0.7141733],
    ]
)
"""Linear sRGB to XYZ at the profile connection space's white, D50."""

_CODES: Final = np.linspace(0, 1, 65536)
_COLORANTS: Final = (b"rXYZ", b"gXYZ", b"bXYZ")
_CURVES: Final = (b"rTRC", b"gTRC", b"bTRC")
_LUTS: Final = (b"A2B0", b"D2B0")
_PARAMETERS: Final = (1, 3, 4, 5, 7)


@dataclass(frozen=True, eq=False)
class Profile:
    """An ICC profile of RGB or grey.

    Attributes:
        grey: whether it has one channel.
        curves: linear light (0…1) of each of 65536 codes, rising, one row a channel; None if the
            profile is made of tables, which only LittleCMS can apply.
        to_xyz: 3×3, linear RGB to XYZ at D50; None for grey and tables.
    """

    grey: bool
    curves: NDArray[np.float64] | None = None
    to_xyz: NDArray[np.float64] | None = None

    @property
    def is_srgb(self) -> bool:
        """Whether it is sRGB (or its curve, if grey) within one step of 8 bits."""
        if self.curves is None:
            return False
        if self.to_xyz is not None and not np.allclose(self.to_xyz, SRGB_TO_XYZ, atol=2e-3):
            return False
        return bool(np.abs(encode_srgb(self.curves) - _CODES).max() < 1 / 255)


def decode_srgb(encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the linear light (0…1) of sRGB values (0…1)."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def encode_srgb(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sRGB values (0…1) of linear light (0…1)."""
    # maximum keeps the unused branch of tiny values out of the power
    curved = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, linear * 12.92, curved)


def parse_profile(icc: bytes) -> Profile | None:
    """Parse a profile; return None if it is broken, or neither RGB nor grey."""
    try:
        tags = _tags(icc)
        space, connection = icc[16:20], icc[20:24]
        if space == b"GRAY" and connection == b"XYZ ":
            return Profile(grey=True, curves=_curve(tags[b"kTRC"])[None])
        if space != b"RGB ":
            return None
        if any(name in tags for name in _LUTS) or connection != b"XYZ ":
            return Profile(grey=False)
        curves = np.stack([_curve(tags[name]) for name in _CURVES])
        to_xyz = np.stack([_colorant(tags[name]) for name in _COLORANTS], axis=1)
    except (KeyError, ValueError, struct.error):
        return None
    if not abs(np.linalg.det(to_xyz)) > 1e-4:
        return None
    return Profile(grey=False, curves=curves, to_xyz=to_xyz)


def _tags(icc: bytes) -> dict[bytes, memoryview]:
    """Return the tags by name, as views: a thousand of them may overlap."""
    if icc[36:40] != b"acsp":
        raise ValueError("no profile")
    (count,) = struct.unpack_from(">I", icc, 128)
    if count > 1000:
        raise ValueError("too many tags")
    tags = {}
    for entry in range(132, 132 + 12 * count, 12):
        name, offset, length = struct.unpack_from(">4sII", icc, entry)
        tags[name] = memoryview(icc)[offset : offset + length]
    return tags


def _colorant(tag: memoryview) -> NDArray[np.float64]:
    return np.array(struct.unpack_from(">3i", tag, 8)) / 65536


def _curve(tag: memoryview) -> NDArray[np.float64]:
    """Return the linear light of every code.

    Raises:
        ValueError: when it is not a rising curve from 0…1 to 0…1.
    """
    kind, (count,) = bytes(tag[:4]), struct.unpack_from(">I", tag, 8)
    if kind == b"para":
        curve = _parametric(tag)
    elif kind != b"curv":
        raise ValueError("unknown curve")
    elif count == 0:
        curve = _CODES
    elif count == 1:
        curve = _CODES ** (struct.unpack_from(">H", tag, 12)[0] / 256)
    else:
        points = np.frombuffer(tag, ">u2", count, 12) / 65535
        curve = np.interp(_CODES, np.linspace(0, 1, count), points)
    if not np.isfinite(curve).all() or not curve[-1] > curve[0]:
        raise ValueError("not a usable curve")
    return np.asarray(np.maximum.accumulate(np.clip(curve, 0, 1)))


def _parametric(tag: memoryview) -> NDArray[np.float64]:
    (kind,) = struct.unpack_from(">H", tag, 8)
    if kind >= len(_PARAMETERS):
        raise ValueError("unknown curve")
    fixed = struct.unpack_from(f">{_PARAMETERS[kind]}i", tag, 12)
    g, a, b, c, d, e, f = (*(p / 65536 for p in fixed), *[0.0] * 7)[:7]
    if kind == 0:
        a, start, low, shift = 1.0, 0.0, 0.0 * _CODES, 0.0
    elif kind in (1, 2):
        if a == 0:
            raise ValueError("not a usable curve")
        start, shift = -b / a, c if kind == 2 else 0.0
        low = 0.0 * _CODES + shift
    else:
        start, low, shift = d, c * _CODES + f, e
    with np.errstate(all="ignore"):
        return np.where(start <= _CODES, np.maximum(a * _CODES + b, 0) ** g + shift, low)
