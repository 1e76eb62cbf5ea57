import pytest

from llcodec.cli._regions import Box, parse_region


@pytest.mark.parametrize("text", ["1,2,30,40", " 1 , 2,30, 40 ", "0001,2,30,40"])
def test_regions_are_read(text: str) -> None:
    assert parse_region(text) == Box(1, 2, 30, 40)


@pytest.mark.parametrize(
    "text",
    ["", "1,2,3", "1,2,3,4,5", "-1,2,3,4", "1,2,3,x", "1.5,2,3,4", "1,2,0,4", "1,2,3,0", "١,2,3,4"],
)
def test_texts_that_are_no_region(text: str) -> None:
    with pytest.raises(ValueError, match="region"):
        parse_region(text)
