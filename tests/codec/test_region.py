import pytest
from hypothesis import given
from hypothesis import strategies as st

from llcodec.codec.region import (
    Region,
    needed_latents,
    needed_tiles,
    whole_picture,
)
from llcodec.codec.windows import DECODER_HALO, LatentBox
from llcodec.container import Header
from llcodec.errors import InputError


def header(width: int, height: int, tile_size: int = 64) -> Header:
    return Header(width, height, 1024, "tiny", bytes(8), tile_size=tile_size)


@pytest.mark.parametrize(
    "region",
    [
        Region(0, 0, 101, 1),
        Region(0, 0, 1, 51),
        Region(100, 0, 1, 1),
        Region(0, 0, 0, 5),
        Region(0, 0, 5, 0),
        Region(-1, 0, 5, 5),
        Region(2**31, 2**31, 2**31, 2**31),
    ],
)
def test_what_is_outside_is_refused(region: Region) -> None:
    with pytest.raises(InputError, match="not within the picture of 100×50"):
        region.check_within(header(100, 50))


def test_what_is_inside_is_not() -> None:
    for region in (Region(0, 0, 100, 50), Region(99, 49, 1, 1), whole_picture(header(100, 50))):
        region.check_within(header(100, 50))


def test_regions_are_reported_as_they_are_written() -> None:
    assert str(Region(1, 2, 30, 40)) == "1,2,30,40"


def test_latents_cover_the_region() -> None:
    assert Region(16, 31, 16, 2).latents == LatentBox(1, 3, 1, 2)
    assert Region(0, 0, 1, 1).latents == LatentBox(0, 1, 0, 1)


sizes = st.integers(1, 900)


@given(data=st.data(), width=sizes, height=sizes, tile=st.sampled_from((64, 128, 320)))
def test_the_tiles_are_those_that_touch_the_region_and_its_halo(
    data: st.DataObject, width: int, height: int, tile: int
) -> None:
    left = data.draw(st.integers(0, width - 1))
    top = data.draw(st.integers(0, height - 1))
    region = Region(
        left,
        top,
        data.draw(st.integers(1, width - left)),
        data.draw(st.integers(1, height - top)),
    )
    head = header(width, height, tile)
    halo = 16 * DECODER_HALO
    first, last = region.left // 16 * 16 - halo, -(-region.columns.stop // 16) * 16 + halo
    above, below = region.top // 16 * 16 - halo, -(-region.rows.stop // 16) * 16 + halo
    touched = []
    for number in range(head.tile_count):
        x, y, w, h = head.tile_box(number)
        if x < last and x + w > first and y < below and y + h > above:
            touched.append(number)
    assert needed_tiles(head, region) == touched
    box = needed_latents(head, region)
    assert 0 <= box.top < box.bottom <= -(-height // 16)
    assert 0 <= box.left < box.right <= -(-width // 16)


def test_the_whole_picture_takes_all_tiles() -> None:
    head = header(200, 130)
    assert needed_tiles(head, whole_picture(head)) == list(range(12))
    assert needed_latents(head, whole_picture(head)) == LatentBox(0, 9, 0, 13)
