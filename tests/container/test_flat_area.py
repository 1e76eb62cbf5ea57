import pytest
from hypothesis import given
from hypothesis import strategies as st

from llcodec.container import FlatArea, Header

HEADER = Header(width=9, height=4, quality_units=1024, model_name="fast", model_hash=bytes(8))
BLACK = (0, 0, 0)


@given(st.lists(st.integers(0, 9), max_size=4))
def test_lengths_and_steps_say_the_same(lengths: list[int]) -> None:
    narrowing = tuple(sorted(lengths, reverse=True))
    area = FlatArea(2, BLACK, 9, narrowing)
    assert all(step >= 0 for step in area.steps)
    assert FlatArea.of_steps(2, BLACK, 9, area.steps) == area


@pytest.mark.parametrize(
    ("corner", "lengths"), [(4, (1,)), (-1, (1,)), (0, (10,)), (0, (3, 4)), (0, (3, -1))]
)
def test_an_area_narrows_from_a_corner(corner: int, lengths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"corner|narrower"):
        FlatArea(corner, BLACK, 9, lengths)


@pytest.mark.parametrize(
    ("area", "words"),
    [
        (FlatArea(0, BLACK, 8, (1,)), "beyond"),
        (FlatArea(0, BLACK, 9, (1,) * 5), "beyond"),
        (FlatArea(0, (0, 256, 0), 9, (1,)), "above 255"),
        (FlatArea(0, (-1, 0, 0), 9, (1,)), "above 255"),
    ],
)
def test_a_picture_that_has_no_such_area(area: FlatArea, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        area.check_within(HEADER)


def test_samples_of_grey_and_of_deep_pictures() -> None:
    grey = Header(9, 4, 1024, "fast", bytes(8), grey=True)
    deep = Header(9, 4, 1024, "fast", bytes(8), sixteen_bit=True)
    FlatArea(0, (9, 9, 9), 9, (1,)).check_within(grey)
    FlatArea(0, (0, 65535, 9), 9, (1,)).check_within(deep)
    with pytest.raises(ValueError, match="grey"):
        FlatArea(0, (9, 9, 8), 9, (1,)).check_within(grey)
