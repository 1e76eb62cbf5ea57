"""Captions that state the exposure, noise and colour cast of a picture.

Every wording has a range in which it is true, with soft edges. The same table is used to draw
captions for a picture and to compute how true a caption is of another one, for the contrastive
loss.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from projects.text_guide.wordings import NOUNS, WORDINGS, Aspect, Wording

# How often a caption states an aspect that is known.
_STATED: dict[Aspect, float] = {"light": 0.85, "noise": 0.3, "warmth": 0.2, "green": 0.15}
_AS_CLAUSE = 0.35  # how often a wording with both forms follows the noun
_UNKNOWN = 0.5  # the truth of a wording about an unknown aspect


@dataclass(frozen=True)
class Condition:
    """What was done to a picture; None means unknown.

    Attributes:
        light: log2 of its exposure: 0 is correct, below 0 is darker, above 1 is over-exposed.
        noise: the standard deviation of noise in the input of the guide, white = 1.
        warmth: the colour cast from blue to red: half the natural logarithm of the red/blue gain.
        green: the cast from magenta to green: the natural logarithm of the gain of green relative
            to the others.
    """

    light: float
    noise: float | None = 0.0
    warmth: float | None = 0.0
    green: float | None = 0.0

    @property
    def over_exposed(self) -> bool:
        """Whether highlights are clipped."""
        return self.light > 1


@dataclass(frozen=True)
class Caption:
    """A sentence and its wordings; a neutral sentence has none."""

    text: str
    wordings: tuple[Wording, ...]

    def truth(self, condition: Condition) -> float:
        """Return how true this caption is of a picture, 0 … 1; a neutral one is always true."""
        return math.prod(truth(wording, condition) for wording in self.wordings)


def truth(wording: Wording, condition: Condition) -> float:
    """Return how true a wording is under a condition, 0 … 1."""
    value: float | None = getattr(condition, wording.aspect)
    if value is None:
        return _UNKNOWN
    above = 1.0 if wording.least is None else _sigmoid((value - wording.least) / wording.softness)
    below = 1.0 if wording.most is None else _sigmoid((wording.most - value) / wording.softness)
    return above * below


def draw_caption(condition: Condition, rng: np.random.Generator) -> Caption:
    """Draw a caption that is true under ``condition``; all random numbers come from ``rng``."""
    chosen = [
        _draw_wording(aspect, condition, rng)
        for aspect, often in _STATED.items()
        if getattr(condition, aspect) is not None and rng.random() < often
    ]
    adjectives: list[str] = []
    clauses: list[str] = []
    for wording in chosen:
        clause = bool(wording.clauses) and rng.random() < _AS_CLAUSE
        (clauses if clause else adjectives).append(
            _one_of(wording.clauses if clause else wording.adjectives, rng)
        )
    rng.shuffle(adjectives)
    rng.shuffle(clauses)
    return Caption(_sentence(adjectives, clauses, rng), tuple(chosen))


def _draw_wording(aspect: Aspect, condition: Condition, rng: np.random.Generator) -> Wording:
    known = [wording for wording in WORDINGS if wording.aspect == aspect]
    # Squared, so that wordings that are hardly true are rare.
    weights = np.array([truth(wording, condition) ** 2 for wording in known])
    return known[int(rng.choice(len(known), p=weights / weights.sum()))]


_Form = Literal["bare", "article", "this", "predicate"]
_FORMS: tuple[_Form, ...] = ("bare", "article", "article", "this", "predicate")


def _sentence(adjectives: list[str], clauses: list[str], rng: np.random.Generator) -> str:
    noun, form = _one_of(NOUNS, rng), _FORMS[int(rng.integers(len(_FORMS)))]
    joint = _one_of((" ", ", ", " and "), rng)
    tail = "".join(f" {'and ' * (number > 0)}{clause}" for number, clause in enumerate(clauses))
    if form == "predicate" and adjectives:
        return f"{_one_of(('the', 'this'), rng)} {noun}{tail} is {' and '.join(adjectives)}"
    named = " ".join([joint.join(adjectives), noun]).strip() + tail
    if form == "bare":
        return named
    article = "an" if named[0] in "aeiou" else "a"
    return f"this is {article} {named}" if form == "this" else f"{article} {named}"


def _one_of(words: tuple[str, ...], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, x))))
