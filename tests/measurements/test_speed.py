"""What the speed measurement measures; how fast it is belongs to its committed result."""

from pathlib import Path

import numpy as np
from PIL import Image

from measurements.speed import HEIGHT, WIDTH, picture_of, seconds


def test_the_made_picture_is_dark_seeded_and_of_the_papers_size() -> None:
    picture = picture_of(None)
    assert picture.pixels.shape == (HEIGHT, WIDTH, 3) == (512, 960, 3)
    assert 5 < picture.pixels.mean() < 40
    assert np.array_equal(picture.pixels, picture_of(None).pixels)


def test_a_given_picture_is_cut(tmp_path: Path) -> None:
    Image.new("RGB", (1000, 600), (1, 2, 3)).save(tmp_path / "a.png")
    assert picture_of(tmp_path / "a.png").pixels.shape == (HEIGHT, WIDTH, 3)


def test_seconds_runs_once() -> None:
    calls: list[int] = []
    assert seconds(lambda: calls.append(1)) >= 0
    assert calls == [1]
