"""Graphics with a bright foreground stay as they are; dark photographs do not pass for them."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from llcodec.codec.codec import Codec
from llcodec.codec.graphics import is_graphic
from llcodec.enhancing.enhancer import Enhancer
from llcodec.imaging import Picture

EXAMPLES = Path(__file__).parents[2] / "examples"
RED, VIOLET, GREY = (245, 118, 110), (210, 168, 255), (139, 148, 158)


def screenshot(scale: int = 1) -> np.ndarray:
    """A dark editor: a bar, and words in red, violet and grey."""
    image = Image.new("RGB", (240, 160), (13, 17, 23))
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    draw.rectangle((0, 0, 240, 15), fill=(22, 27, 34))
    for line, colour in enumerate((RED, VIOLET, GREY)):
        draw.text((8, 24 + 16 * line), "def main() -> None:  # say it", fill=colour)
    return np.asarray(image.resize((240 * scale, 160 * scale), Image.Resampling.NEAREST))


@pytest.mark.parametrize("scale", [1, 5])
def test_a_screenshot_is_a_graphic(scale: int) -> None:
    assert is_graphic(screenshot(scale))
    assert is_graphic(screenshot(scale).astype(np.uint16) * np.uint16(257))
    assert is_graphic(255 - screenshot(scale) // 2)  # in light mode
    assert not is_graphic(screenshot(scale) // 8)  # cannot be read


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.jpg")), ids=lambda path: path.stem)
@pytest.mark.parametrize("light", [1.0, 0.3, 0.05])
@pytest.mark.parametrize("quality", [95, 20])
def test_photographs_are_not(path: Path, light: float, quality: int) -> None:
    with Image.open(path) as image:
        image.thumbnail((400, 400))
        dark = Image.fromarray((np.asarray(image.convert("RGB")) * light).astype(np.uint8))
    out = io.BytesIO()
    dark.save(out, "JPEG", quality=quality)
    with Image.open(out) as image:
        assert not is_graphic(np.asarray(image))


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 50, 3), (50, 1, 3), (2, 2, 3)])
def test_small_pictures(shape: tuple[int, ...]) -> None:
    assert not is_graphic(np.full(shape, 200, np.uint8))


def test_noise_on_a_background_is_a_photograph() -> None:
    noise = np.random.default_rng(0).integers(0, 2, (160, 240, 3))
    assert not is_graphic((screenshot() + noise).clip(0, 255).astype(np.uint8))


def test_colours_of_words_are_kept() -> None:
    pixels = screenshot(2)
    enhanced = Enhancer("joint", device="cpu").enhance(Picture(pixels)).pixels
    assert np.array_equal(enhanced, pixels)
    codec = Codec("fast", device="cpu")
    decoded = codec.decode(codec.encode(Picture(pixels))).pixels.astype(int)
    red, violet, grey = (decoded[(pixels == c).all(2)].mean(0) for c in (RED, VIOLET, GREY))
    assert red[0] > 1.2 * red[1:].max()
    assert violet[2] > violet[0] > violet[1]
    assert np.ptp(grey) < 0.2 * grey.mean()
    background = (pixels == (13, 17, 23)).all(2)
    assert np.abs(decoded[background] - (13, 17, 23)).mean() < 6
