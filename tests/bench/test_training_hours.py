import pytest

from llcodec.bench.training_hours import hours_in


@pytest.mark.parametrize(
    ("note", "hours"),
    [("3.6266158520899987", 3.627), ("2", 2.0), ("0", 0.0)],
)
def test_hours_are_read(note: str, hours: float) -> None:
    assert hours_in({"hours": note, "steps": "5"}) == hours


@pytest.mark.parametrize("note", ["", "many", "nan", "inf", "-1"])
def test_what_is_no_number_of_hours_is_nothing(note: str) -> None:
    assert hours_in({"hours": note}) is None


def test_without_a_note_there_are_none() -> None:
    assert hours_in({}) is None
