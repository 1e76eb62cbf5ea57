import math
from typing import TYPE_CHECKING

import pytest

from llcodec.container import to_quality_units
from llcodec.errors import QualityError

if TYPE_CHECKING:
    from tests.container.conftest import MakeHeader, Refuses


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"width": 0}, "width"),
        ({"width": 2**32}, "width"),
        ({"height": -1}, "height"),
        ({"quality_units": 255}, "quality"),
        ({"quality_units": 2049}, "quality"),
        ({"tile_size": 0}, "tile size"),
        ({"tile_size": 100}, "tile size"),
        ({"tile_size": 65536}, "tile size"),
        ({"model_name": ""}, "model name"),
        ({"model_name": "x" * 33}, "model name"),
        ({"model_name": "Fast"}, "model name"),
        ({"model_name": "-fast"}, "model name"),
        ({"model_name": "fast\n"}, "model name"),
        ({"model_name": "schnéll"}, "model name"),
        ({"model_hash": bytes(7)}, "model hash"),
        ({"tone": ()}, "15"),
        ({"tone": (0,) * 14}, "15"),
        ({"tone": (*(0,) * 14, 32768)}, "tone number"),
        ({"tone": (*(0,) * 14, -32769)}, "tone number"),
        ({"tone": (1,) * 42}, "43"),
        ({"tone": (1,) * 44}, "43"),
        ({"tone": (*(1,) * 42, 128)}, "an exposure"),
        ({"tone": (*(1,) * 19, -128, *(1,) * 23)}, "an exposure"),
        ({"tone": (*(1,) * 18, 0, *(1,) * 24)}, "the knee"),
        ({"tone": (*(1,) * 18, 32768, *(1,) * 24)}, "the knee"),
        ({"tone": (*(1,) * 15, -1, *(1,) * 27)}, "a toe"),
        ({"tone": (*(1,) * 17, 32768, *(1,) * 25)}, "a toe"),
        ({"tone": (*(1,) * 14, 32768, *(1,) * 28)}, "tone number"),
    ],
)
def test_values_out_of_range_are_refused(
    make_header: "MakeHeader", refuses: "Refuses", changes: dict[str, object], words: str
) -> None:
    with refuses(ValueError, words):
        make_header(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 2**32 - 1, "height": 2**32 - 1},
        {"width": 1, "height": 1, "tile_size": 65472},
        {"quality_units": 256},
        {"quality_units": 2048},
        {"model_name": "a"},
        {"model_name": "0" + "._-z" * 7 + "abc"},
        {"tone": None},
        {"tone": (-32768, 32767) * 7 + (0,)},
        {"tone": (*(-32768, 32767) * 7, 0, 0, 32767, 0, 1, *(-127, 127) * 12)},
        {"tone": (*(0,) * 18, 32767, *(0,) * 24)},
    ],
)
def test_the_ends_of_the_ranges_are_allowed(
    make_header: "MakeHeader", changes: dict[str, object]
) -> None:
    make_header(**changes)


def test_quality_is_counted_in_256ths(make_header: "MakeHeader") -> None:
    assert make_header(quality_units=1152).quality == 4.5
    assert [to_quality_units(q) for q in (1, 4.5, 8, 1.0019)] == [256, 1152, 2048, 256]


@pytest.mark.parametrize("quality", [0.99, 8.01, -1.0, math.nan, math.inf])
def test_a_quality_outside_1_to_8_is_refused(quality: float, refuses: "Refuses") -> None:
    with refuses(QualityError, "from 1 to 8"):
        to_quality_units(quality)


@pytest.mark.parametrize(
    ("width", "height", "grid"),
    [(1, 1, (1, 1)), (64, 64, (1, 1)), (65, 64, (2, 1)), (150, 100, (3, 2)), (64, 129, (1, 3))],
)
def test_the_grid_covers_the_picture(
    make_header: "MakeHeader", width: int, height: int, grid: tuple[int, int]
) -> None:
    header = make_header(width=width, height=height)
    assert (header.columns, header.rows) == grid
    assert header.tile_count == header.columns * header.rows
    boxes = [header.tile_box(index) for index in range(header.tile_count)]
    assert sum(w * h for _, _, w, h in boxes) == header.pixels == width * height


def test_tiles_are_in_raster_order_and_end_with_the_picture(make_header: "MakeHeader") -> None:
    header = make_header()
    assert header.tile_box(0) == (0, 0, 64, 64)
    assert header.tile_box(2) == (128, 0, 22, 64)
    assert header.tile_box(3) == (0, 64, 64, 36)
    assert header.tile_box(5) == (128, 64, 22, 36)


@pytest.mark.parametrize("index", [-1, 6])
def test_a_tile_outside_the_grid_has_no_box(
    make_header: "MakeHeader", refuses: "Refuses", index: int
) -> None:
    with refuses(IndexError, str(index)):
        make_header().tile_box(index)
