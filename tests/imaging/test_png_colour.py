import io
import struct

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from llcodec.imaging import read_picture
from llcodec.imaging.icc import SRGB_TO_XYZ, decode_srgb, encode_srgb
from llcodec.imaging.png_colour import png_profile

P3 = (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
SRGB = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)


def png(values: list[int] | list[list[int]], mode: str, **chunks: bytes) -> bytes:
    samples = np.array([values], np.uint16 if mode == "I;16" else np.uint8)
    info = PngInfo()
    for name, data in chunks.items():
        info.add(name.encode(), data)
    out = io.BytesIO()
    Image.fromarray(samples).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def gama(value: float) -> bytes:
    return struct.pack(">I", round(value * 100_000))


def chrm(places: tuple[float, ...]) -> bytes:
    return struct.pack(">8I", *(round(v * 100_000) for v in places))


@pytest.mark.parametrize("gamma", [1.0, 1 / 1.8])
@pytest.mark.parametrize("mode", ["L", "RGB", "I;16"])
def test_gamma_is_converted(mode: str, gamma: float) -> None:
    white = 65535 if mode == "I;16" else 255
    codes = [0, white // 5, white // 2, white]
    values = [[c, c // 2, 0] for c in codes] if mode == "RGB" else codes
    pixels = read_picture(png(values, mode, gAMA=gama(gamma))).pixels
    expected = encode_srgb((np.array(codes) / white) ** (1 / gamma)) * white
    assert np.abs(pixels[0, :, 0] - expected).max() <= 0.5 + white / 20_000


def test_primaries_are_converted() -> None:
    """The red of sRGB, as a file of Display P3 has it (234, 51, 35)."""
    p3 = png([[234, 51, 35], [128, 128, 128]], "RGB", gAMA=gama(0.45455), cHRM=chrm(P3))
    pixels = read_picture(p3).pixels[0].astype(int)
    assert np.abs(pixels - [[255, 0, 0], [128, 128, 128]]).max() <= 3
    assert (
        np.abs(
            read_picture(png([[234, 51, 35]], "RGB", cHRM=chrm(P3))).pixels[0] - pixels[:1]
        ).max()
        == 0
    )


@pytest.mark.parametrize(
    "chunks",
    [
        {"gAMA": gama(0.45455)},
        {"gAMA": gama(0.45455), "cHRM": chrm(SRGB)},
        {"gAMA": gama(1.0), "sRGB": b"\0"},
        {"gAMA": gama(0.0)},
        {"cHRM": chrm((0.3, 0.3) * 4)},
        {"cHRM": chrm((0.0,) * 8)},
    ],
)
def test_what_says_srgb_or_nothing_changes_nothing(chunks: dict[str, bytes]) -> None:
    values = [[200, 100, 7], [3, 2, 1]]
    assert read_picture(png(values, "RGB", **chunks)).pixels[0].tolist() == values


def test_matrix_of_srgb() -> None:
    near = (0.3127, 0.329, 0.642, 0.33, 0.3, 0.6, 0.15, 0.06)
    profile = png_profile({"chromaticity": near}, grey=False)
    assert profile is not None
    assert profile.to_xyz is not None
    assert profile.curves is not None
    assert np.allclose(profile.to_xyz, SRGB_TO_XYZ, atol=5e-3)
    assert np.allclose(profile.curves[0, ::4369], decode_srgb(np.linspace(0, 1, 16)))
