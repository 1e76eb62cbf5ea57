"""How long the models that are compared were trained."""

from llcodec._cards import TrainingFacts


def hours_in(training: TrainingFacts) -> float | None:
    """Return the hours of a training, to the second or so; None where they are unknown."""
    return None if training.hours is None else round(training.hours, 3)
