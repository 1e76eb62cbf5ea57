"""Convert pixels from an embedded profile to sRGB, and back when a picture is written.

8-bit RGB goes through LittleCMS. 16-bit RGB goes through the profile's matrix and curves in
floating point; profiles made of tables are sampled on a grid, with 8-bit nodes and smooth
interpolation between them, so that gradients stay smooth. Grey goes through its curve.
Colours outside sRGB are clipped.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from llcodec._arrays import Samples
from llcodec.imaging import cms
from llcodec.imaging.depth import row_blocks
from llcodec.imaging.icc import SRGB_TO_XYZ, Profile, decode_srgb, encode_srgb, parse_profile

_SRGB = Profile(
    grey=False, curves=np.tile(decode_srgb(np.linspace(0, 1, 65536)), (3, 1)), to_xyz=SRGB_TO_XYZ
)
_NODES = 52  # 255 = 51 · 5: the grid falls on exact 8-bit values


def to_srgb(pixels: Samples, icc: bytes | None, *, grey: bool) -> tuple[Samples, bytes | None]:
    """Convert H×W×3 pixels in place from a profile to sRGB.

    Returns:
        The pixels, and the profile. A profile that is broken, or of another colour model, is
        dropped (None), and the pixels are taken as sRGB.
    """
    profile = None if icc is None else parse_profile(icc)
    if profile is None or profile.grey != grey:
        return pixels, None
    if profile.is_srgb or _convert(pixels, (icc, None), (profile, _SRGB)):
        return pixels, icc
    return pixels, None


def convert_to_srgb(pixels: Samples, source: Profile) -> None:
    """Convert H×W×3 pixels in place to sRGB from a profile of curves.

    One without a matrix (grey) changes each channel by its curve.
    """
    if source.grey:
        target = Profile(grey=True, curves=_SRGB.curves)
        _look_up(pixels, _grey_table(source, target, int(np.iinfo(pixels.dtype).max)))
        return
    for rows in row_blocks(pixels.shape[1], pixels.shape[0]):
        if pixels.dtype == np.uint16:
            _by_matrix(pixels[rows], source, _SRGB)
        else:
            deep = pixels[rows].astype(np.uint16) * np.uint16(257)
            _by_matrix(deep, source, _SRGB)
            pixels[rows] = np.rint(deep / 257)


def from_srgb(pixels: Samples, icc: bytes | None, *, grey: bool) -> tuple[Samples, bytes | None]:
    """Convert H×W×3 pixels from sRGB to a profile; the given array is not changed.

    Returns:
        The pixels, and the profile to embed with them: ``None``, and sRGB pixels, where the
        profile is missing, broken, of another colour model, or for input only.
    """
    profile = None if icc is None else parse_profile(icc)
    if profile is None or profile.grey != grey:
        return pixels, None
    if profile.is_srgb:
        return pixels, icc
    changed = pixels.copy()
    if _convert(changed, (None, icc), (_SRGB, profile)):
        return changed, icc
    return pixels, None


def _convert(
    pixels: Samples, icc: tuple[bytes | None, bytes | None], profiles: tuple[Profile, Profile]
) -> bool:
    """Convert in place between two profiles; return False if that is impossible."""
    source, target = profiles
    if source.grey or target.grey:
        _look_up(pixels, _grey_table(source, target, int(np.iinfo(pixels.dtype).max)))
        return True
    if pixels.dtype == np.uint16 and source.curves is not None and target.curves is not None:
        _by_matrix(pixels, source, target)
        return True
    change = cms.transform(*icc, ("RGB", "RGB"))
    if change is None:
        return False
    if pixels.dtype == np.uint8:
        for rows in row_blocks(pixels.shape[1], pixels.shape[0]):
            pixels[rows] = np.asarray(cms.apply(Image.fromarray(pixels[rows]), change))
    else:
        _by_grid(pixels, change)
    return True


def _grey_table(source: Profile, target: Profile, white: int) -> Samples:
    """Return the output code of each input code 0…``white``."""
    assert source.curves is not None
    assert target.curves is not None
    codes = np.linspace(0, 1, 65536)
    light = np.interp(np.linspace(0, 1, white + 1), codes, source.curves[0])
    table = np.rint(_encode(light, target.curves[0]) * white)
    return table.astype(np.uint8 if white == 255 else np.uint16)


def _look_up(pixels: Samples, table: Samples) -> None:
    for rows in row_blocks(pixels.shape[1], pixels.shape[0]):
        pixels[rows] = table[pixels[rows]]


def _by_matrix(pixels: Samples, source: Profile, target: Profile) -> None:
    assert source.curves is not None
    assert target.curves is not None
    assert source.to_xyz is not None
    assert target.to_xyz is not None
    matrix = np.linalg.inv(target.to_xyz) @ source.to_xyz
    for rows in row_blocks(pixels.shape[1], pixels.shape[0]):
        light = np.stack([source.curves[c][pixels[rows][..., c]] for c in range(3)], axis=-1)
        light = np.clip(light @ matrix.T, 0, 1)
        for c in range(3):
            # the formula is far faster than searching the curve
            one = light[..., c]
            code = encode_srgb(one) if target is _SRGB else _encode(one, target.curves[c])
            pixels[rows][..., c] = np.rint(code * 65535)


def _encode(light: NDArray[np.float64], curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the codes (0…1) of linear light, by the inverse of a profile's curve."""
    codes = np.linspace(0, 1, 65536)
    # Where the curve is flat, take the lowest code: black must stay 0.
    return np.asarray(np.interp(light, curve + 1e-12 * codes, codes))


def _by_grid(pixels: Samples, change: ImageCms.ImageCmsTransform) -> None:
    """Sample an 8-bit transform on a grid and interpolate 16-bit pixels trilinearly."""
    axis = np.arange(_NODES, dtype=np.uint8) * 5
    nodes = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    flat = Image.fromarray(nodes.reshape(_NODES, -1, 3))
    grid = np.asarray(cms.apply(flat, change)).reshape(_NODES, _NODES, _NODES, 3) * 257.0
    step = 65535 / (_NODES - 1)
    for rows in row_blocks(pixels.shape[1], pixels.shape[0]):
        place = pixels[rows] / step
        base = np.minimum(place.astype(np.intp), _NODES - 2)
        fraction = place - base
        total = np.zeros(place.shape)
        for corner in np.ndindex(2, 2, 2):
            weight = np.prod(np.where(corner, fraction, 1 - fraction), axis=-1, keepdims=True)
            r, g, b = np.moveaxis(base + np.array(corner), -1, 0)
            total += weight * grid[r, g, b]
        pixels[rows] = np.rint(np.clip(total, 0, 65535))
