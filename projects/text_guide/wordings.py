"""The wordings of captions, and the range in which each of them is true."""

from dataclasses import dataclass
from typing import Literal

Aspect = Literal["light", "noise", "warmth", "green"]


@dataclass(frozen=True)
class Wording:
    """Synonyms for one property of one aspect of a picture, as adjectives and as clauses.

    It is true from ``least`` to ``most`` (None: no limit), with soft edges of width ``softness``,
    in the units of the aspect in :class:`projects.text_guide.captions.Condition`.
    """

    aspect: Aspect
    adjectives: tuple[str, ...]
    clauses: tuple[str, ...]
    least: float | None
    most: float | None
    softness: float


NOUNS = (
    "image", "photo", "photograph", "picture", "shot", "scene",
    "image of a scene", "photo of something", "snapshot",
)  # fmt: skip

# "Low-light" is true of everything dark and "high-light" of everything bright, with wide edges, so
# that the cosines change continuously between them. Narrower wordings separate degrees.
_LIGHT = (
    Wording(
        "light",
        ("low-light", "low light", "dark", "underexposed", "under-exposed", "poorly lit", "dim",
         "dimly lit", "badly lit", "gloomy"),
        ("taken in low light", "taken in the dark", "with too little light", "with low light",
         "shot in poor light", "taken at night", "in low light", "without enough light"),
        None, -2.0, 0.9,
    ),
    Wording(
        "light",
        ("very dark", "extremely dark", "almost black", "nearly black", "pitch dark",
         "severely underexposed", "very low-light"),
        ("taken with almost no light", "taken in near darkness", "in extremely low light",
         "in which hardly anything can be seen"),
        None, -4.0, 0.4,
    ),
    Wording(
        "light",
        ("rather dark", "quite dark", "moderately dark"),
        ("with little light", "taken after sunset"),
        -4.0, -1.7, 0.4,
    ),
    Wording(
        "light",
        ("slightly dark", "slightly underexposed", "a little dim", "somewhat dark"),
        ("that needs a little more light", "taken at dusk"),
        -1.8, -0.5, 0.3,
    ),
    Wording(
        "light",
        ("high-light", "high light", "bright", "light", "brightly lit", "sunlit"),
        ("with plenty of light", "taken in bright light", "full of light", "in high light",
         "with high light"),
        -0.8, None, 0.9,
    ),
    Wording(
        "light",
        ("well-exposed", "well exposed", "normally exposed", "normal-light", "well-lit",
         "well lit", "correctly exposed", "properly exposed"),
        ("with normal light", "with the right exposure", "taken in good light", "in daylight",
         "with normal brightness"),
        -0.6, 0.9, 0.25,
    ),
    Wording(
        "light",
        ("over-exposed", "overexposed", "too bright", "blown-out", "washed-out", "glaring"),
        ("with blown highlights", "with burnt-out whites", "with too much light"),
        1.0, None, 0.3,
    ),
)  # fmt: skip

_NOISE = (
    Wording(
        "noise",
        ("noisy", "grainy", "very noisy", "high-ISO"),
        ("with visible noise", "with heavy grain", "full of sensor noise", "with a lot of noise"),
        0.025, None, 0.004,
    ),
    Wording(
        "noise",
        ("clean", "noise-free", "smooth"),
        ("without noise", "with no grain", "free of noise"),
        None, 0.012, 0.003,
    ),
)  # fmt: skip

_CASTS = (
    Wording(
        "warmth",
        ("warm", "yellowish", "orange", "reddish"),
        ("with a warm colour cast", "with an orange tint", "under warm light"),
        0.18, None, 0.04,
    ),
    Wording(
        "warmth",
        ("cold", "bluish", "blue", "cool"),
        ("with a cold colour cast", "with a blue tint", "under cold light"),
        None, -0.18, 0.04,
    ),
    Wording(
        "warmth",
        ("neutral", "naturally coloured"),
        ("with natural colours", "with neutral white balance", "without a colour cast"),
        -0.12, 0.12, 0.03,
    ),
    Wording(
        "green",
        ("greenish", "green"),
        ("with a green tint", "with a green colour cast"),
        0.18, None, 0.04,
    ),
    Wording(
        "green",
        ("pinkish", "magenta", "purple"),
        ("with a magenta tint", "with a pink colour cast"),
        None, -0.18, 0.04,
    ),
)  # fmt: skip

WORDINGS: tuple[Wording, ...] = _LIGHT + _NOISE + _CASTS
