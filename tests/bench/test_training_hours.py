from llcodec._cards import TrainingFacts
from llcodec.bench.training_hours import hours_in


def test_hours_are_rounded() -> None:
    assert hours_in(TrainingFacts(hours=3.6266158520899987)) == 3.627
    assert hours_in(TrainingFacts(hours=0.0)) == 0.0


def test_without_a_note_there_are_none() -> None:
    assert hours_in(TrainingFacts(steps=5)) is None
