import struct
import tracemalloc
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageCms

from llcodec.imaging.icc import Profile, decode_srgb, encode_srgb, parse_profile

if TYPE_CHECKING:
    from tests.imaging.conftest import Made

CODES = np.linspace(0, 1, 65536)
Floats = NDArray[np.float64]


def parsed(icc: bytes) -> Profile:
    profile = parse_profile(icc)
    assert profile is not None
    return profile


def test_srgb_formulas_are_inverse() -> None:
    np.testing.assert_allclose(encode_srgb(decode_srgb(CODES)), CODES, atol=1e-7)


def test_pillows_srgb_is_srgb() -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert parsed(icc).is_srgb


def test_others_are_not(made: "type[Made]") -> None:
    assert parsed(made.profile(made.SRGB)).is_srgb
    assert not parsed(made.profile(made.P3)).is_srgb
    assert not parsed(made.profile(made.SRGB, 2.2)).is_srgb
    assert not parsed(made.table_profile()).is_srgb
    assert parsed(made.profile()).is_srgb
    assert not parsed(made.profile(curve=1.8)).is_srgb


def test_matrix(made: "type[Made]") -> None:
    profile = parsed(made.profile(made.ADOBE, 2.2))
    assert profile.to_xyz is not None
    assert profile.curves is not None
    np.testing.assert_allclose(profile.to_xyz, np.array(made.ADOBE), atol=1e-5)
    np.testing.assert_allclose(profile.curves[1], CODES ** (563 / 256), atol=1e-9)
    assert not profile.grey


def _para(kind: int, *values: float) -> bytes:
    fixed = b"".join(struct.pack(">i", round(v * 65536)) for v in values)
    return struct.pack(">4sIHH", b"para", 0, kind, 0) + fixed


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (_para(0, 2), lambda x: x**2),
        (_para(1, 2, 1.25, -0.25), lambda x: np.where(x >= 0.2, (1.25 * x - 0.25) ** 2, 0)),
        (_para(2, 2, 1, -0.5, 0.25), lambda x: np.where(x >= 0.5, (x - 0.5) ** 2, 0) + 0.25),
        (_para(3, 2, 1, 0, 0.5, 0.5), lambda x: np.where(x >= 0.5, x**2, x / 2)),
        (_para(4, 2, 1, 0, 0.25, 0.5, 0, 0.125), lambda x: np.where(x >= 0.5, x**2, x / 4 + 0.125)),
        (struct.pack(">4sII", b"curv", 0, 0), lambda x: x),
        (struct.pack(">4sII3H", b"curv", 0, 3, 0, 0, 65535), lambda x: np.maximum(2 * x - 1, 0)),
    ],
)
def test_curves(made: "type[Made]", tag: bytes, expected: Callable[[Floats], Floats]) -> None:
    curves = parsed(made.profile(curve=tag)).curves
    assert curves is not None
    np.testing.assert_allclose(curves[0], expected(CODES), atol=1e-4)


@pytest.mark.parametrize(
    "tag",
    [
        b"",
        b"curv\0\0\0\0\xff\xff\xff\xff",
        b"what\0\0\0\0\0\0\0\0",
        _para(0, 0),
        _para(1, 2, 0, 1),
        _para(9, 1),
        struct.pack(">4sII3H", b"curv", 0, 3, 9, 5, 0),
    ],
)
def test_broken_curves(made: "type[Made]", tag: bytes) -> None:
    assert parse_profile(made.profile(curve=tag)) is None


def test_broken_profiles(made: "type[Made]") -> None:
    good = made.profile(made.P3)
    assert parse_profile(b"") is None
    assert parse_profile(good.replace(b"acsp", b"xxxx")) is None
    assert parse_profile(good.replace(b"RGB ", b"CMYK")) is None
    assert parse_profile(good.replace(b"rTRC", b"xxxx")) is None
    assert parse_profile(made.profile(np.ones((3, 3)))) is None
    assert parse_profile(good[:128] + b"\xff\xff\xff\xff" + good[132:]) is None
    for length in range(0, len(good) - 60, 7):
        assert parse_profile(good[:length]) is None


def test_tags_that_overlap_are_not_copied() -> None:
    """A thousand tags that are the whole profile each: a thousand times its size if copied."""
    size, count = 4 << 20, 1000
    table = b"".join(struct.pack(">4sII", b"%04d" % n, 1, size) for n in range(count))
    head = bytes(16) + b"RGB XYZ " + bytes(12) + b"acsp"
    profile = (head.ljust(128, b"\0") + struct.pack(">I", count) + table).ljust(size, b"\0")
    tracemalloc.start()
    try:
        assert parse_profile(profile) is None
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
