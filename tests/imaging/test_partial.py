"""Truncated images, read as far as they go."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile

from llcodec.errors import TooManyPixelsError, UnreadableImageError
from llcodec.imaging import Picture, read_picture, write_picture
from tests.dng import dng

DUSK = np.random.default_rng(0).integers(0, 60, (64, 96, 3), np.uint8)


def saved(form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(DUSK).save(out, form, **options)
    return out.getvalue()


def deep() -> bytes:
    out = io.BytesIO()
    write_picture(Picture(DUSK.astype(np.uint16) * np.uint16(99)), out, format="PNG")
    return out.getvalue()


JPEG, PROGRESSIVE = saved("JPEG", quality=95), saved("JPEG", quality=95, progressive=True)
FILES = [JPEG, PROGRESSIVE, saved("PNG"), deep(), saved("TIFF"), saved("BMP")]


@pytest.mark.parametrize("data", FILES, ids=["JPEG", "progressive", "PNG", "deep", "TIFF", "BMP"])
def test_the_half_that_is_there_is_read(data: bytes) -> None:
    whole = read_picture(data)
    assert whole.problems == ()
    half = data[: len(data) // 2]
    with pytest.raises(UnreadableImageError, match="truncated or damaged"):
        read_picture(half)
    picture = read_picture(half, partial=True)
    assert picture.pixels.shape == whole.pixels.shape
    assert picture.pixels.dtype == whole.pixels.dtype
    same = (picture.pixels == whole.pixels).all((1, 2)).mean()
    assert 0.2 < same < 0.8 or data is PROGRESSIVE
    [problem] = picture.problems
    assert problem.startswith("the image is truncated or damaged: ")
    assert problem.endswith("; what is missing is blank in the output")


def test_a_progressive_one_is_coarse_all_over() -> None:
    picture = read_picture(PROGRESSIVE[: len(PROGRESSIVE) // 2], partial=True)
    assert 0.5 < np.abs(picture.pixels.astype(int) - DUSK).mean() < 20


def test_whole_images_are_read_as_ever() -> None:
    picture = read_picture(saved("PNG"), partial=True)
    assert np.array_equal(picture.pixels, DUSK)
    assert picture.problems == ()


@pytest.mark.parametrize("data", [b"", b"nothing", saved("PNG")[:60], JPEG[:100]])
def test_nothing_is_nothing(data: bytes) -> None:
    with pytest.raises(UnreadableImageError) as strict:
        read_picture(data)
    with pytest.raises(UnreadableImageError) as caught:
        read_picture(data, partial=True)
    assert str(caught.value) == str(strict.value)


def test_limits_hold_all_the_same() -> None:
    with pytest.raises(TooManyPixelsError):
        read_picture(JPEG[: len(JPEG) // 2], max_pixels=1000, partial=True)


@pytest.mark.extra("rawpy")
def test_the_preview_of_a_broken_raw_file_is_not_taken() -> None:
    with pytest.raises(UnreadableImageError, match="RAW"):
        read_picture(dng(np.zeros((60, 120)))[:3000], partial=True)


@pytest.mark.parametrize("before", [False, True])
def test_the_flag_of_pillow_is_given_back(before: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", before)
    read_picture(JPEG[: len(JPEG) // 2], partial=True)
    with pytest.raises(UnreadableImageError):
        read_picture(JPEG[:100], partial=True)
    assert before == ImageFile.LOAD_TRUNCATED_IMAGES
